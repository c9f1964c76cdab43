"""The nouns of oncall."""

from .alerts import Alert, AlertLog, StepRun
from .catalog import Service
from .contacts import ContactMethod, NotificationRule
from .integrations import Integration, Route
from .notifications import Notification
from .people import Membership, Team, User
from .policies import EscalationPolicy, EscalationStep, StepTarget
from .schedules import Override, Rotation, RotationMember, Schedule
from .severities import Severity, Urgency

__all__ = [
    "Alert",
    "AlertLog",
    "ContactMethod",
    "EscalationPolicy",
    "EscalationStep",
    "Integration",
    "Membership",
    "Notification",
    "NotificationRule",
    "Override",
    "Rotation",
    "RotationMember",
    "Route",
    "Schedule",
    "Service",
    "Severity",
    "StepRun",
    "StepTarget",
    "Team",
    "Urgency",
    "User",
]
