"""Figures of the Now page and the menu: the one reader of all three apps."""

from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from incidents.models import Incident
from oncall.models import Alert, User
from postmortems.models import FollowUp


def _count(rows: QuerySet[Any]) -> Coalesce:
    grouped = rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(grouped), 0, output_field=IntegerField())


def badges(user: User, now: datetime) -> dict[str, int]:
    """The menu's numbers, all in one query."""
    figures = {
        "firing_alerts": _count(Alert.objects.open()),
        "open_incidents": _count(Incident.objects.open()),
        "overdue_follow_ups": _count(FollowUp.objects.overdue(user.local_time(now).date()).filter(owner=user)),
    }
    return User.objects.filter(pk=user.pk).order_by().values(**figures).get()
