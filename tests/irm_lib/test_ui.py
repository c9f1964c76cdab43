from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory
from django.utils import timezone

from irm.lib.templatetags.ui import relative, spoken

NOW = datetime(2026, 11, 20, 2, 14, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def show(source, **context):
    return Template(source).render(Context({"now": NOW} | context)).strip()


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        (NOW, "03:14 CET"),
        (NOW - timedelta(hours=4), "Thu 19 Nov, 23:14 CET"),
        (NOW - timedelta(days=200), "Mon 4 May, 04:14 CEST"),
        (NOW - timedelta(days=400), "Thu 16 Oct 2025, 04:14 CEST"),
    ],
)
def test_an_instant_is_as_short_as_now_allows(instant, words):
    with timezone.override(BERLIN):
        assert spoken(instant, NOW) == words


def test_a_zone_without_a_name_is_said_by_its_offset():
    with timezone.override(ZoneInfo("America/Sao_Paulo")):
        assert spoken(NOW, NOW) == "23:14 UTC-03"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=-2, minutes=-5), "in 2 h 05 min"),
        (timedelta(milliseconds=400), "just now"),
    ],
)
def test_a_distance_in_time_is_said_from_now(length, words):
    assert relative(NOW - length, NOW) == words


def test_how_long_ago_stands_beside_the_instant():
    with timezone.override(BERLIN):
        html = show("{% ago then %}", then=NOW - timedelta(minutes=44))
    assert ">44 min ago</time>" in html
    assert "(02:30 CET)" in html
    assert 'datetime="2026-11-20T01:30:00+00:00"' in html
    assert 'title="Friday 20 November 2026, 02:30:00 CET"' in html


def test_a_time_that_is_not_known_is_nothing():
    assert show("{% ago then %}{% instant then %}{{ then|duration }}", then=None) == ""


def test_a_duration_is_written_as_people_do():
    assert show("{{ length|duration }}", length=timedelta(hours=2, minutes=5)) == "2 h 05 min"


def test_a_severity_is_filled_in_the_hue_of_its_rank():
    assert 'class="badge sev sev2">SEV2' in show("{% severity_badge it %}", it=SimpleNamespace(rank=2, name="SEV2"))
    assert "sev4" in show("{% severity_badge it %}", it=SimpleNamespace(rank=9, name="Minor"))
    assert "no severity" in show("{% severity_badge it %}", it=None)


def test_a_state_is_said_in_words_and_escaped():
    assert show("{% state_badge 'in_review' %}") == '<span class="badge state is-warn">in review</span>'
    assert "&lt;b&gt;" in show("{% state_badge '<b>' %}")


def test_a_person_is_shown_with_local_time_and_detail():
    luka = SimpleNamespace(
        pk=7, initials="LN", time_zone="Asia/Kolkata", local_time=lambda now: now.astimezone(ZoneInfo("Asia/Kolkata"))
    )
    html = show("{% person luka detail='primary' on_call=True %}", luka=luka)
    assert "Kolkata 07:44" in html
    assert "primary" in html
    assert "on call" in html


def test_nobody_is_said():
    assert "Nobody" in show("{% person nobody %}", nobody=None)


class Declare(forms.Form):
    title = forms.CharField(help_text="What is broken.")
    note = forms.CharField(required=False)
    sure = forms.BooleanField()


def test_a_field_names_its_help_and_its_errors():
    html = show("{% field form.title %}", form=Declare({}))
    assert '<label for="id_title">' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_field_that_may_stay_empty_says_so():
    assert "(optional)" in show("{% field form.note %}", form=Declare())
    assert "(optional)" not in show("{% field form.title %}", form=Declare())


def test_a_tick_box_stands_before_its_label():
    html = show("{% field form.sure %}", form=Declare())
    assert html.index("<input") < html.index("<label")


def test_turning_the_page_keeps_the_filter():
    page = Paginator(range(95), 20).get_page(2)
    request = RequestFactory().get("/", {"team": "payments"})
    html = Template("{% pagination page 'alerts' %}").render(RequestContext(request, {"page": page}))
    assert "21 to 40 of 95 alerts" in html
    assert 'href="?team=payments&amp;page=3"' in html


def test_a_single_page_needs_no_turning():
    page = Paginator(range(5), 20).get_page(1)
    assert show("{% pagination page %}", page=page, request=RequestFactory().get("/")) == ""
