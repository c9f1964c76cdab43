"""The documentation is complete, and leads somewhere."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import AbstractUser
from django.test import RequestFactory

from irm.settings import BASE_DIR
from oncall.models import User

OURS = ("oncall", "incidents", "postmortems")
DJANGOS_FIELDS = {field.name for field in AbstractUser._meta.get_fields()}
HIDDEN = {"id", "DELETE"}
DOCUMENTS = [BASE_DIR / "README.md", BASE_DIR / "CHANGELOG.md", *sorted((BASE_DIR / "docs").glob("*.md"))]
SKIPPED = {".git", ".venv", "var", "node_modules", "__pycache__", "images"}
# Written in two parts, so that this file does not hold them.
REGISTRIES = [
    one + two
    for one, two in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("npm", "js."),
        ("un", "pkg.com"),
        ("js", "delivr"),
        ("cdn", "js.cloudflare"),
        ("ghcr", ".io"),
        ("docker", ".io"),
    )
]


def settings_read():
    """Every name that the settings and `manage.py serve` look for in the environment."""
    settings = (BASE_DIR / "irm" / "settings.py").read_text()
    serve = (BASE_DIR / "irm" / "management" / "commands" / "serve.py").read_text()
    names = re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', settings)
    return {*names, *re.findall(r'os\.environ\.get\("([A-Z_]+)"', serve)} - {"PYTHONPATH"}


def files():
    for path in BASE_DIR.rglob("*"):
        parts = path.relative_to(BASE_DIR).parts
        if path.is_file() and not SKIPPED & set(parts) and not any(part.endswith("_cache") for part in parts):
            yield path


def headings(text):
    """The addresses that a document's headings can be linked by."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
            if "://" not in target:
                yield pytest.param(document, target, id=f"{document.name}: {target}")


def changeable(model_admin, request):
    """The forms in which this admin lets somebody change something: its own and its inlines'."""
    if model_admin.has_change_permission(request):
        yield model_admin.get_form(request)
    for inline in model_admin.get_inline_instances(request):
        if inline.has_change_permission(request):
            yield inline.get_formset(request).form


def is_djangos(form, name):
    return form._meta.model is User and (name in DJANGOS_FIELDS or "password" in name)


def unexplained():
    request = RequestFactory().get("/admin/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    for model, model_admin in admin.site._registry.items():
        for form in changeable(model_admin, request) if model._meta.app_label in OURS else ():
            for name, field in form.base_fields.items():
                if not field.help_text and name not in HIDDEN and not is_djangos(form, name):
                    yield f"{form._meta.model.__name__}.{name}"


def test_there_are_settings_to_describe():
    assert {"DATA", "PORT", "DATABASE_URL", "EMAIL_URL", "HOST_ADDRESS"} <= settings_read()


def test_every_setting_is_in_the_table_of_the_readme():
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (BASE_DIR / "README.md").read_text(), re.MULTILINE))
    assert settings_read() - table == set()


def test_every_setting_is_in_the_example_to_copy():
    example = set(re.findall(r"^#?([A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))
    assert settings_read() - example == set()


@pytest.mark.parametrize(("document", "target"), list(links()))
def test_every_link_between_documents_leads_somewhere(document, target):
    name, _, anchor = target.partition("#")
    linked = (document.parent / name).resolve() if name else document
    assert linked.exists()
    if anchor:
        assert anchor in headings(linked.read_text())


def test_every_document_is_linked_from_the_readme():
    readme = (BASE_DIR / "README.md").read_text()
    assert [path.name for path in DOCUMENTS[1:] if f"({path.relative_to(BASE_DIR)})" not in readme] == []


def test_every_field_of_the_settings_explains_itself():
    assert sorted(unexplained()) == []


def test_no_file_names_a_host_that_packages_come_from():
    held = {
        str(path.relative_to(BASE_DIR))
        for path in files()
        if any(word in path.read_text(errors="replace") for word in REGISTRIES)
    }
    assert held == set()


def test_the_pictures_are_small():
    pictures = list((BASE_DIR / "docs" / "images").glob("*.png"))
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 200_000] == []
