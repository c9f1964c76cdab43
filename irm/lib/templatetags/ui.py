"""The components of the interface as template tags; their markup is in templates/components."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from irm.lib import clock, markdown
from irm.lib.durations import format_duration
from irm.lib.localtime import zone_name

register = template.Library()

# How much a state asks of the reader: colour only underlines what the word says.
TONES = {
    "bad": ("triggered", "failed", "overdue", "gap", "unreached"),
    "warn": ("triage", "responding", "in_review", "pending", "proposed", "due"),
    "info": ("acknowledged", "mitigated", "snoozed", "open", "accepted", "in_progress", "sending", "kept", "draft"),
    "good": ("resolved", "closed", "delivered", "sent", "done", "approved", "published"),
}
_TONE_OF = {state: tone for tone, states in TONES.items() for state in states}
_PEOPLE_HUES = 6
_SEVERITY_HUES = 4


def _now(context: Context) -> datetime:
    now = context.get("now")
    return now if isinstance(now, datetime) else clock.now()


def spoken(instant: datetime, now: datetime) -> str:
    """The instant in the viewer's zone, as short as `now` allows: "03:14 CET", "Tue 17 Nov, 14:02 CET"."""
    local, today = timezone.localtime(instant), timezone.localtime(now)
    clock_time = f"{local:%H:%M} {zone_name(local)}"
    if local.date() == today.date():
        return clock_time
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {clock_time}"


def relative(instant: datetime, now: datetime) -> str:
    """ "4 min ago", "in 2 h 05 min", "just now"."""
    length = now - instant
    if abs(length) < timedelta(seconds=1):
        return "just now"
    words = format_duration(abs(length))
    return f"{words} ago" if length > timedelta(0) else f"in {words}"


def _time(instant: datetime, words: str) -> SafeString:
    local = timezone.localtime(instant)
    title = f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S} {zone_name(local)}"
    return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), title, words)


@register.simple_tag(takes_context=True)
def ago(context: Context, instant: datetime | None) -> SafeString | str:
    """How long ago, with the instant in the viewer's zone beside it."""
    if instant is None:
        return ""
    now = _now(context)
    beside = format_html('<span class="nowrap">({})</span>', spoken(instant, now))
    return format_html("{} {}", _time(instant, relative(instant, now)), beside)


@register.simple_tag(takes_context=True)
def instant(context: Context, instant: datetime | None) -> SafeString | str:
    """The instant in the viewer's zone with the zone printed."""
    return "" if instant is None else _time(instant, spoken(instant, _now(context)))


@register.filter
def duration(length: timedelta | float | None) -> str:
    return "" if length is None else format_duration(length)


@register.filter(name="markdown")
def markdown_filter(text: str | None) -> SafeString:
    return mark_safe(markdown.render(text or ""))  # noqa: S308  render() sanitises


@register.inclusion_tag("components/icon.html")
def icon(name: str) -> dict[str, Any]:
    return {"name": name}


@register.inclusion_tag("components/severity.html")
def severity_badge(severity: Any) -> dict[str, Any]:
    """Filled in its hue; a preliminary or unknown severity (None) is said so."""
    return {"severity": severity, "hue": min(severity.rank, _SEVERITY_HUES) if severity else 0}


@register.simple_tag
def state_badge(state: str, label: str = "") -> SafeString:
    """Outlined; the tone follows the state, the words say it."""
    tone = _TONE_OF.get(str(state), "")
    words = label or str(getattr(state, "label", state)).replace("_", " ")
    return format_html('<span class="badge state{}">{}</span>', f" is-{tone}" if tone else "", words)


@register.simple_tag
def badge(words: str, tone: str = "") -> SafeString:
    return format_html('<span class="badge{}">{}</span>', f" is-{tone}" if tone else "", words)


@register.inclusion_tag("components/avatar.html", takes_context=True)
def avatar(context: Context, user: Any, small: bool = False, on_call: bool = False) -> dict[str, Any]:
    """Initials in the person's hue, unless the page gives its people hues of its own."""
    hue = (context.get("hues") or {}).get(user.pk, user.pk % _PEOPLE_HUES + 1)
    return {"user": user, "hue": hue, "small": small, "on_call": on_call}


@register.inclusion_tag("components/person.html", takes_context=True)
def person(context: Context, user: Any, detail: str = "", on_call: bool = False) -> dict[str, Any]:
    """Initials, name, the person's local time, and a detail."""
    place = user.time_zone.rsplit("/", 1)[-1].replace("_", " ") if user else ""
    local = f"{place} {user.local_time(_now(context)):%H:%M}" if user else ""
    return {"user": user, "local": local, "detail": detail, "on_call": on_call, "hues": context.get("hues")}


@register.inclusion_tag("components/kpi.html")
def kpi(label: str, value: object, note: str = "", url: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str, url: str = "", label: str = "", icon: str = "check") -> dict[str, Any]:
    """An empty list says what it is for and offers the first step."""
    return {"title": title, "text": text, "url": url, "label": label, "icon": icon}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """Label, control, help and errors; Django wires aria-describedby to the ids used here."""
    return {"field": bound}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], noun: str = "rows") -> dict[str, Any]:
    """Earlier and later pages; filters in the address are kept."""
    return {"page": page, "noun": noun, "request": context["request"]}
