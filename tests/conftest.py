"""What every test shares."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import override_settings
from playwright.sync_api import Browser

from tests.browser import open_browser

# The migrations that bring rows; what else is shipped, such as the groups, irm makes after every migration.
SHIPPING = ("oncall.migrations.0002_shipped_severities", "incidents.migrations.0002_shipped_role_types")


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Assets need no collecting, passwords no time, and a file .env changes nothing."""
    storages = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    pinned = {"PUBLIC_URL": "http://127.0.0.1:8000", "KEEP_MAILS": True, "METRICS_TOKEN": ""}
    with override_settings(STORAGES=storages, PASSWORD_HASHERS=hashers, **pinned):
        yield


def ship_again(**said: object) -> None:
    """A transactional test ends with empty tables, and Django says so as after a migration, but without its plan."""
    if "plan" not in said:
        with override_settings(SIMPLE_HISTORY_ENABLED=False):  # migrations leave no history
            for name in SHIPPING:
                import_module(name).ship(apps, None)


@pytest.fixture(scope="session", autouse=True)
def shipped_rows() -> Iterator[None]:
    """Every test finds the rows that irm ships, in whatever order tests run."""
    last = apps.get_app_config("django_q")
    post_migrate.connect(ship_again, sender=last)
    yield
    post_migrate.disconnect(ship_again, sender=last)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests that ask for it; each opens a visit of its own in it."""
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite runs on a file here as it does in production: in memory, threads refuse each other's writes."""
    if connection.vendor == "sqlite":
        path = tmp_path_factory.mktemp("database") / "test.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(path)
