"""A real browser for the tests: sizes, themes, log-in, and what must hold on every page.

Used by tests marked `browser`; a live server and a person give a `Visit`:

    with Visit(chromium, live_server.url, person, width=390, theme="dark") as visit:
        visit.go("/alerts/")
        visit.check("alerts")
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import axe_playwright_python
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

# Playwright keeps an event loop in this thread; the tests themselves are not asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
ALL_WAYS = [(width, theme) for width in WIDTHS for theme in THEMES]
# Enough for pages that Django's admin lays out: every width and every theme once.
TWO_WAYS = [(1280, "light"), (390, "dark")]
ARTEFACTS = Path(settings.BASE_DIR) / "var" / "artefacts"
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text()
# Everything of WCAG 2.2 AA and axe's good practice.
AXE_RUN = "axe.run(document, {resultTypes: ['violations']}).then(found => JSON.stringify(found.violations))"


@contextmanager
def open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def session_cookie(person: Any, url: str) -> dict[str, Any]:
    """A logged-in session, as a cookie for the browser."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}


class Visit:
    """One person at one size in one theme; collects what the browser complains about."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        person: Any = None,
        *,
        width: int = 1280,
        theme: str = "light",
        scripts: bool = True,
    ) -> None:
        self.url, self.width, self.theme = url.rstrip("/"), width, theme
        self.complaints: list[str] = []
        self.bytes = 0
        self.context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 700 else 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            has_touch=width < 700,
        )
        if person is not None:
            self.context.add_cookies([session_cookie(person, self.url)])  # type: ignore[list-item]
        self.context.set_default_timeout(8000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("response", self._weigh)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def _weigh(self, response: Response) -> None:
        self.bytes += int(response.headers.get("content-length", 0))

    def go(self, path: str, *, expect: int = 200) -> Page:
        response = self.page.goto(self.url + path, wait_until="load")
        assert response is not None and response.status == expect, f"{path} answered {response and response.status}"
        if expect != 200:
            self.complaints = [words for words in self.complaints if "Failed to load resource" not in words]
        return self.page

    def findings(self) -> list[str]:
        """What axe-core finds; it is evaluated, not added as a script tag, which our policy forbids."""
        heard = list(self.complaints)
        self.page.evaluate(AXE)
        violations = json.loads(self.page.evaluate(AXE_RUN))
        self.complaints = heard  # axe itself tries styles that the policy stops
        return [
            f"{rule['id']} ({rule['impact']}): {node['html'][:160]}" for rule in violations for node in rule["nodes"]
        ]

    def overflow(self) -> int:
        """By how many pixels the page scrolls sideways."""
        return int(self.page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth"))

    def keep(self, name: str) -> Path:
        """A screenshot among the artefacts."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        path = ARTEFACTS / f"{name}-{self.width}-{self.theme}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def check(self, name: str = "") -> None:
        """Everything that must hold on every page; leaves a screenshot where a name for it is given."""
        if name:
            self.keep(name)
        where = f"{urlsplit(self.page.url).path} at {self.width} in {self.theme}"
        found = self.findings()
        assert not found, f"axe on {where}: " + "; ".join(found)
        assert self.overflow() <= 0, f"{where} scrolls sideways by {self.overflow()} px"
        assert not self.complaints, f"the browser complained on {where}: " + "; ".join(self.complaints)
