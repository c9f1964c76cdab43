"""The one menu of the shell and the admin: what is in it, and what of it a person may open."""

import logging
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from irm.dashboard import badges
from irm.lib import clock
from oncall.models import User

logger = logging.getLogger(__name__)

THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place: `permission` empty means everybody who is logged in; `icon` puts it on the phone's tab bar."""

    label: str
    url_name: str
    permission: str = ""
    icon: str = ""
    badge: str = ""
    badge_words: str = ""

    @property
    def is_admin(self) -> bool:
        return self.url_name.startswith("admin:")


@dataclass(frozen=True, slots=True)
class NavSection:
    key: str
    label: str
    items: tuple[NavItem, ...]


def _settings_of(label: str, app: str, model: str) -> NavItem:
    return NavItem(label, f"admin:{app}_{model}_changelist", f"{app}.view_{model}")


NAV = (
    NavSection(
        "respond",
        "Respond",
        (
            NavItem("Now", "now", icon="pulse"),
            NavItem("Alerts", "oncall:alerts", "oncall.view_alert", "bell", "firing_alerts", "firing"),
            NavItem("Incidents", "incidents:incidents", "incidents.view_incident", "warning", "open_incidents", "open"),
        ),
    ),
    NavSection(
        "on_call",
        "On call",
        (
            NavItem("Who is on call", "oncall:who", "oncall.view_schedule"),
            NavItem("Schedules", "oncall:schedules", "oncall.view_schedule", "calendar"),
            NavItem("My on-call", "oncall:mine"),
        ),
    ),
    NavSection(
        "learn",
        "Learn",
        (
            NavItem("Postmortems", "postmortems:postmortems", "postmortems.view_postmortem"),
            NavItem(
                "Follow-ups",
                "postmortems:follow-ups",
                "postmortems.view_followup",
                badge="overdue_follow_ups",
                badge_words="of yours overdue",
            ),
        ),
    ),
    NavSection(
        "set_up",
        "Set up",
        (
            _settings_of("Teams", "oncall", "team"),
            _settings_of("People", "oncall", "user"),
            _settings_of("Services", "oncall", "service"),
            _settings_of("Schedules", "oncall", "schedule"),
            _settings_of("Escalation policies", "oncall", "escalationpolicy"),
            _settings_of("Integrations", "oncall", "integration"),
            NavItem("All settings", "admin:settings"),
        ),
    ),
    NavSection(
        "jobs",
        "Jobs",
        (
            NavItem("Messages", "oncall:messages", "oncall.view_alert"),
            NavItem("Health", "health", "oncall.view_alert"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An item as one person sees it on one page."""

    label: str
    url: str
    icon: str
    badge: int
    badge_words: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class MenuSection:
    key: str
    label: str
    items: list[MenuItem]


@dataclass(frozen=True, slots=True)
class Menu:
    sections: list[MenuSection]
    declare_url: str = ""
    password_url: str = ""

    @property
    def tabs(self) -> list[MenuItem]:
        return [item for section in self.sections for item in section.items if item.icon]


def may_open(user: User, item: NavItem) -> bool:
    if item.is_admin and not user.is_staff:
        return False
    return not item.permission or user.has_perm(item.permission)


def address(url_name: str) -> str:
    """Where a name leads; empty if nowhere: a page without one menu item beats no page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        logger.error("The menu names %s, which leads nowhere", url_name)
        return ""


def current_url(path: str, urls: list[str]) -> str:
    """The longest of `urls` that `path` lies below; "/" only fits itself."""
    fitting = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(fitting, key=len, default="")


def menu_for(user: User | AnonymousUser, path: str) -> Menu:
    """The menu of one person on one page."""
    if not isinstance(user, User):
        return Menu([])
    open_to = {item: address(item.url_name) for section in NAV for item in section.items if may_open(user, item)}
    current = current_url(path, list(open_to.values()))
    counts = badges(user, clock.now())

    def shown(item: NavItem) -> MenuItem:
        url = open_to[item]
        return MenuItem(item.label, url, item.icon, counts.get(item.badge, 0), item.badge_words, url == current)

    sections = [
        MenuSection(section.key, section.label, [shown(item) for item in section.items if open_to.get(item)])
        for section in NAV
    ]
    return Menu(
        [section for section in sections if section.items],
        declare_url=address("incidents:declare") if user.has_perm("incidents.respond") else "",
        password_url=address("password_change"),
    )


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the menu (made only if the page shows it) and the chosen theme."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None) or AnonymousUser()
    return {
        "nav": SimpleLazyObject(lambda: menu_for(user, request.path)),
        "theme": theme if theme in THEMES else "",
    }
