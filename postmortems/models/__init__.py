"""The nouns of postmortems."""

from .followups import FollowUp
from .postmortems import Postmortem

__all__ = ["FollowUp", "Postmortem"]
