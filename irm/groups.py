"""The three groups that people start with. They are made only when missing: what was changed in them stays."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

VIEW_ALL = Q(codename__startswith="view_", content_type__app_label__in=["oncall", "incidents", "postmortems"])
# What only those who configure need to see.
SENSITIVE = Q(content_type__app_label="oncall", content_type__model__in=["notification", "integration"])
HISTORY = Q(content_type__model__startswith="historical")
RESPOND = Q(codename__in=["respond", "write"], content_type__app_label__in=["oncall", "incidents", "postmortems"])
CONFIGURE = Q(content_type__app_label__in=["oncall", "incidents", "postmortems"]) & ~HISTORY

GROUPS = {
    "Leadership": VIEW_ALL & ~SENSITIVE & ~HISTORY,
    "Responders": (VIEW_ALL & ~SENSITIVE & ~HISTORY) | RESPOND,
    "Managers": CONFIGURE | VIEW_ALL,
}


def ensure_groups(using: str = "default", **_: Any) -> None:
    """Make the groups that are missing; run after every migrate, when all permissions exist."""
    for name, permissions in GROUPS.items():
        group, is_new = Group.objects.using(using).get_or_create(name=name)
        if is_new:
            group.permissions.set(_rows(using, permissions))


def _rows(using: str, permissions: Q) -> Iterable[Permission]:
    return Permission.objects.using(using).filter(permissions)
