"""The link in a message that lets its reader acknowledge without logging in.

It is bound to one person and one alert, expires, and leads to a page that asks: looking at the link, as mail scanners
and previews do, acknowledges nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from irm.lib import signing
from oncall.models import Alert, User

PURPOSE = "one-tap"
VALID_FOR = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Tap:
    """Who may acknowledge what."""

    person: User
    alert: Alert


def path(person: User, alert: Alert, now: datetime) -> str:
    token = signing.sign(PURPOSE, {"person": person.pk, "alert": alert.pk}, now, VALID_FOR)
    return reverse("oncall:one-tap", args=[token])


def read(token: str, now: datetime) -> Tap:
    """Whom and what the link is for. Raises signing.ExpiredToken, or signing.BadToken where it names nobody now."""
    payload = signing.read(PURPOSE, token, now)
    person = User.objects.filter(pk=payload["person"], is_active=True).first()
    alert = Alert.objects.with_everything().filter(pk=payload["alert"]).first()
    if person is None or alert is None or not person.has_perm("oncall.respond"):
        raise signing.BadToken
    return Tap(person, alert)
