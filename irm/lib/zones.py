"""Time zones by name, as people choose them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.core.exceptions import ValidationError


def validate_zone(name: str) -> None:
    """Refuse a name that the tz database does not hold."""
    if name not in available_timezones():
        raise ValidationError("“%(name)s” is not a time zone. Use a name such as Europe/Berlin.", params={"name": name})


def zone_or_utc(name: str) -> ZoneInfo:
    """The zone of this name; UTC for one that the tz database no longer holds."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def choices() -> list[tuple[str, str]]:
    """For form fields: every time zone by its name."""
    return [(name, name) for name in sorted(available_timezones())]
