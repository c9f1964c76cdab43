"""What incidents do when the apps below say that something happened."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from incidents import following
from oncall.models import AlertLog
from oncall.signals import alerts_changed


@receiver(alerts_changed, dispatch_uid="incidents follow their alerts")
def follow_alerts(sender: object, *, lines: Sequence[AlertLog], **kwargs: Any) -> None:
    following.follow(lines)
