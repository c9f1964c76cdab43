"""Saying in the history who changed a row and why."""

from typing import TypeVar

from django.contrib.auth.models import AbstractUser
from django.db import models

Row = TypeVar("Row", bound=models.Model)


def signed(row: Row, by: AbstractUser | None = None, why: str = "") -> Row:
    """The same row; its next save is recorded as made by this person for this reason.

    Without a person it is whoever sent the request, if any.
    """
    # Names that simple_history looks up.
    if by is not None:
        vars(row)["_history_user"] = by
    if why:
        vars(row)["_change_reason"] = why
    return row
