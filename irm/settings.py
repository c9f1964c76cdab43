"""Settings of irm: one file, read from the environment, running with no environment at all."""

import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

from irm import __version__

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VERSION = __version__


def kept_secret(path: Path) -> str:
    """The secret in `path`, made on first use and readable by its owner only."""
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text().strip()


# Where everything lives that is not code

DATA = env.path("DATA", default=str(BASE_DIR / "var"))
DATA_DIR = Path(str(DATA))
DATA_DIR.mkdir(parents=True, exist_ok=True)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(DATA_DIR / "secret_key")

# The address people reach us at: links in mails, allowed hosts, secure cookies

PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}").rstrip("/")
ALLOWED_HOSTS = [
    urlsplit(PUBLIC_URL).hostname or "",
    "127.0.0.1",
    "localhost",
    "[::1]",
    *env.list("ALLOWED_HOSTS", default=[]),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
IS_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000 if IS_HTTPS else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
# A monitoring tool follows a redirect with GET and counts it as delivered: never redirect.
SECURE_SSL_REDIRECT = False
APPEND_SLASH = False
DEBUG = env.bool("DEBUG", default=False)

# Applications

INSTALLED_APPS = [
    "irm",
    "irm.lib",
    "oncall",
    "incidents",
    "postmortems",
    "irm.apps.IrmAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_htmx",
    "django_q",
    "simple_history",
]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",  # outermost: every answer carries the policy, assets and errors too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # a page at 3 a.m. comes over a bad line
    "django.contrib.sessions.middleware.SessionMiddleware",
    "irm.lib.hosts.HostCheckMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "irm.lib.viewer_zone.ViewerZoneMiddleware",
    "irm.lib.wrong_method.WrongMethodMiddleware",
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # templates/ may override a widget's markup
ROOT_URLCONF = "irm.urls"
WSGI_APPLICATION = "irm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["irm.lib.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "irm.nav.navigation",
            ],
        },
    }
]

# Database

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'irm.sqlite3'}")}
IS_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if IS_SQLITE:
    DATABASES["default"] |= {
        "ENGINE": "irm.lib.sqlite",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: an event that was accepted is on the disk.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Workers (measured; the reasons are in docs/architecture.md)

Q_CLUSTER: dict[str, Any] = {
    "name": "core",
    "broker_class": "irm.pulse.PulseBroker",
    "orm": "default",
    "workers": 2,
    "queue_limit": 4,
    "bulk": 1,
    "poll": 0.2,
    "guard_cycle": 0.5,
    "timeout": 20,
    "retry": 150,
    "ack_failures": True,
    "recycle": 2000,
    "save_limit": 100,
    "catch_up": False,
    "time_zone": "UTC",
    "log_level": "WARNING",
    "label": "Jobs",
    "ALT_CLUSTERS": {"delivery": {"workers": 4, "queue_limit": 8, "timeout": 30, "retry": 240}},
}

# People

AUTH_USER_MODEL = "oncall.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "now"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # nobody should have to log in at 3 a.m.

# Mail: without EMAIL_URL a mail is kept and readable on the Messages page, not sent

EMAIL_URL = env.str("EMAIL_URL", default="")
KEEP_MAILS = not EMAIL_URL
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"irm@{urlsplit(PUBLIC_URL).hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Intake

# Alertmanager repeats a long annotation in commonAnnotations: 16 MiB is 5,000 alerts with room to spare.
INTAKE_MAX_BYTES = env.int("INTAKE_MAX_BYTES", default=16 * 1024 * 1024)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Reading from addresses that people name: public ones, and these networks

OUTBOUND_ALLOWED_NETWORKS = [ip_network(network) for network in env.list("OUTBOUND_ALLOWED_NETWORKS", default=[])]

# Security headers

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Static files: hashed, compressed, served by ourselves

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Language and time: instants are UTC in the database, shown in the viewer's zone

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
FORMAT_MODULE_PATH = "irm.formats"

# A filter of a logger sees what is logged to it directly, one of a handler what arrives there: both, so that no key in
# an address is written down, whoever listens.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "no_keys": {"()": "irm.lib.log_masking.KeyMask"},
        "short_refusals": {"()": "irm.lib.log_refusals.NoTracebackOfRefusals"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_keys"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "irm": {"level": "INFO"},
        "django.request": {"filters": ["no_keys", "short_refusals"]},
        "django.server": {"filters": ["no_keys"], "handlers": ["console"]},
        "gunicorn.error": {"filters": ["no_keys"], "handlers": ["console"]},
    },
}
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True  # the past is read, not written
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True
