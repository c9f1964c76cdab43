"""Giving the past its dates: the history records when a change was saved, the story when it was made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Max

from incidents.models import Incident
from postmortems.models import FollowUp, Postmortem

DOCUMENTS = (Incident, Postmortem, FollowUp)


@contextmanager
def dated(at: datetime) -> Iterator[datetime]:
    """What is recorded of documents inside the block was recorded at `at`."""
    last = {model: _newest(model) for model in DOCUMENTS}
    yield at
    for model, number in last.items():
        model.history.filter(history_id__gt=number).update(history_date=at)


def date_configuration(at: datetime) -> None:
    """All configuration was made when the company began."""
    for model in apps.get_app_config("oncall").get_models():
        if hasattr(model, "history_date"):
            model._default_manager.update(history_date=at)


def _newest(model: Any) -> int:
    return model.history.aggregate(newest=Max("history_id"))["newest"] or 0
