"""The nouns of oncall."""

from .alerts import Alert, AlertLog, StepRun
from .calendars import CalendarFeed, ImportedCalendar, ImportedShift
from .catalog import Service
from .contacts import ContactMethod, NotificationRule
from .followings import PastFollowing
from .handoffs import HandoffNote, HandoffReceipt
from .integrations import Integration, Route
from .notifications import Notification
from .overrides import Absence, Override, ShiftSwap
from .people import Membership, Team, User
from .policies import EscalationPolicy, EscalationStep, StepTarget
from .rotations import Rotation, RotationMember
from .schedules import Schedule, ScheduleWatch
from .severities import Severity, Urgency

__all__ = [
    "Absence",
    "Alert",
    "AlertLog",
    "CalendarFeed",
    "ContactMethod",
    "EscalationPolicy",
    "EscalationStep",
    "HandoffNote",
    "HandoffReceipt",
    "ImportedCalendar",
    "ImportedShift",
    "Integration",
    "Membership",
    "Notification",
    "NotificationRule",
    "Override",
    "PastFollowing",
    "Rotation",
    "RotationMember",
    "Route",
    "Schedule",
    "ScheduleWatch",
    "Service",
    "Severity",
    "ShiftSwap",
    "StepRun",
    "StepTarget",
    "Team",
    "Urgency",
    "User",
]
