import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.views.defaults import server_error

from irm.admin import SECTIONS
from irm.lib.viewer_zone import ViewerZoneMiddleware
from tests import factories

pytestmark = pytest.mark.django_db
TEMPLATES = [
    path
    for path in (Path(configured.BASE_DIR) / "templates").rglob("*.html")
    if "messages" not in path.parent.parts[-2:]
]


@pytest.fixture
def person(client):
    person = factories.user("mina", time_zone="Africa/Lagos")
    client.force_login(person)
    return person


@pytest.fixture
def manager(client):
    manager = factories.user("boss", is_staff=True, is_superuser=True)
    client.force_login(manager)
    return manager


def text(client, path, **kwargs):
    return client.get(path, **kwargs).content.decode()


def test_a_page_has_one_main_and_a_link_that_skips_to_it(client, person):
    page = text(client, "/password/")
    assert page.count("<main") == 1
    assert page.index('href="#main"') < page.index('<main id="main"')


def test_a_page_says_which_place_is_current(client, manager):
    assert 'href="/admin/settings/" aria-current="page"' in text(client, "/admin/settings/")


def test_logging_out_is_a_post(client, person):
    assert re.search(r'<form method="post" action="/logout/">.*csrfmiddlewaretoken', text(client, "/password/"))
    assert client.get("/logout/").status_code == 405


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("dark", '<html lang="en" data-theme="dark">'),
        ("light", '<html lang="en" data-theme="light">'),
        ('"><script>', '<html lang="en">'),
        ("", '<html lang="en">'),
    ],
)
def test_the_theme_follows_the_cookie_if_it_names_one(client, person, cookie, expected):
    client.cookies["theme"] = cookie
    assert expected in text(client, "/password/")


@pytest.mark.parametrize("path", ["/password/", "/admin/settings/", "/admin/oncall/team/", "/nowhere/", "/login/"])
def test_every_page_forbids_foreign_and_inline_code(client, manager, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_an_asset_carries_the_policy_too(client, settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    answer = client.get("/static/irm/tokens.css")
    assert b"".join(answer.streaming_content).startswith(b"/*")
    answer.close()
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_inline_style_or_script(path):
    source = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)", source)


def test_a_page_that_is_not_there_says_so_in_our_words(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_our_words():
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert "Please send it again" in answer.content.decode()


def test_a_failure_is_told_without_a_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = server_error(RequestFactory().get("/"))
    assert b"Paging goes on" in answer.content


def test_a_wrong_password_says_so_and_keeps_the_name(client):
    page = client.post("/login/", {"username": "mina", "password": "wrong"}).content.decode()
    assert 'role="alert"' in page
    assert 'value="mina"' in page


def test_logging_in_leads_on_to_the_page_asked_for(client):
    person = factories.user("ines")
    person.set_password("correct horse")
    person.save()
    answer = client.post("/login/", {"username": "ines", "password": "correct horse", "next": "/password/"})
    assert answer.headers["Location"] == "/password/"


def test_the_admin_sends_a_visitor_to_the_one_log_in_page(client):
    answer = client.get("/admin/oncall/team/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/login/?next=")


def test_the_admin_is_refused_to_who_is_not_staff(client, person):
    answer = client.get("/admin/oncall/team/", follow=True)
    assert answer.status_code == 403
    assert "Settings are for managers" in answer.content.decode()


def test_the_admins_first_page_is_now(client, manager):
    assert client.get("/admin/").headers["Location"] == reverse("now")


def test_settings_are_listed_in_the_order_people_think(client, manager):
    page = text(client, "/admin/settings/")
    found = re.findall(r'<h2 id="section-\d">([^<]+)</h2>', page)
    assert found == [section for section in SECTIONS if section in found]
    assert "Set up" in found


@pytest.mark.parametrize(("kept", "zone"), [("Africa/Lagos", "Africa/Lagos"), ("Mars/Olympus", "UTC"), ("", "UTC")])
def test_a_page_is_made_in_the_viewers_zone(kept, zone):
    request = RequestFactory().get("/")
    request.COOKIES[configured.SESSION_COOKIE_NAME] = "x"
    request.user = factories.user(time_zone=kept)
    made = ViewerZoneMiddleware(lambda _: HttpResponse(timezone.get_current_timezone_name()))(request)
    assert made.content.decode() == zone
    assert timezone.get_current_timezone_name() == "UTC"
