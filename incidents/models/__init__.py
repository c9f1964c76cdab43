"""The nouns of incidents."""

from .incidents import Incident, IncidentAlert, Milestone
from .roles import RoleAssignment, RoleType
from .timeline import StatusUpdate, TimelineEntry

__all__ = [
    "Incident",
    "IncidentAlert",
    "Milestone",
    "RoleAssignment",
    "RoleType",
    "StatusUpdate",
    "TimelineEntry",
]
