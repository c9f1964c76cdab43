"""Addresses of oncall."""

from django.urls import URLPattern, path

from .intake import PARSERS
from .views import intake

app_name = "oncall"


def intake_paths() -> list[URLPattern]:
    """Each protocol with and without the slash: a redirect turns its POST into a GET, and loses the page."""
    return [
        path(f"integrations/{kind}/<str:key>{slash}", intake.intake, {"kind": kind}, name=f"intake-{kind}")
        for kind in PARSERS
        for slash in ("", "/")
    ]


urlpatterns = [
    *intake_paths(),
]
