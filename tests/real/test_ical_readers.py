"""Feeds as other programs read them: the same instants as on the schedule's page, on both sides of a clock change."""

import shutil
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar

from oncall import feeding, scheduling, shifts
from tests import factories

pytestmark = [pytest.mark.real, pytest.mark.django_db]
NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
DAILY = {"unit": "days", "anchor_time": time(9), "anchor_on": date(2026, 1, 5)}
WEEKLY = {"unit": "weeks", "anchor_time": time(8, 30), "anchor_on": date(2026, 1, 5)}
KHAL_PROGRAM = shutil.which("khal")
KHAL = """
[calendars]
[[duty]]
path = {folder}/duty
type = calendar
readonly = False
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = UTC
default_timezone = UTC
[default]
default_calendar = duty
[sqlite]
path = {folder}/khal.db
"""


@pytest.fixture(params=["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def zone(request):
    return request.param


@pytest.fixture(params=[DAILY, WEEKLY], ids=["daily", "weekly"])
def feed(request, zone):
    people = [factories.user(name) for name in ("aino", "ben", "cleo")]
    schedule = factories.schedule(*people, name="Payments primary", time_zone=zone, **request.param)
    return feeding.make(people[0], schedule, NOW)


def on_the_page(feed):
    """The shifts as the schedule's page resolves them, without those cut at the edges of the feed."""
    span = feeding.window(NOW)
    people = {user.pk: str(user) for user in feed.schedule.team.members.all()}
    found = shifts.resolve(scheduling.plan_of(feed.schedule, span), span)
    whole = [s for s in found if s.span.start > span.start and s.span.end < span.end]
    return {(f"Payments primary: {people[s.person]}", s.span.start, s.span.end) for s in whole}


def test_icalendar_reads_the_instants_of_the_page(feed, zone):
    span = feeding.window(NOW)
    calendar = Calendar.from_ical(feeding.content(feed, NOW))
    events = recurring_ical_events.of(calendar).between(span.start, span.end)
    read = {(str(e["SUMMARY"]), e["DTSTART"].dt, e["DTEND"].dt) for e in events}
    shown = on_the_page(feed)
    assert shown <= read
    assert len(read - shown) <= 2  # those cut at the edges
    lengths = {end - start for _, start, end in shown}
    assert len(lengths) >= 2, f"no clock change in {zone}"


@pytest.mark.skipif(KHAL_PROGRAM is None, reason="khal is not installed")
def test_khal_reads_the_instants_of_the_page(feed, tmp_path):
    span = feeding.window(NOW)
    (tmp_path / "duty").mkdir()
    (tmp_path / "config").write_text(KHAL.format(folder=tmp_path))
    (tmp_path / "feed.ics").write_bytes(feeding.content(feed, NOW))
    khal = [KHAL_PROGRAM, "-c", str(tmp_path / "config")]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    subprocess.run([*khal, "import", "--batch", str(tmp_path / "feed.ics")], env=environment, check=True, timeout=120)
    days = (span.end - span.start) // timedelta(days=1)
    form = "{title}|{start-long-full}|{end-long-full}"
    listing = [*khal, "list", "--format", form, "--day-format", "", f"{span.start:%Y-%m-%d}", f"{days}d"]
    told = subprocess.run(listing, env=environment, check=True, timeout=120, capture_output=True, text=True).stdout
    read = {tuple(line.split("|")) for line in told.splitlines() if "|" in line}
    shown = {(who, f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}") for who, start, end in on_the_page(feed)}
    assert shown <= read
    assert len(read - shown) <= 2


def test_handoffs_stay_at_their_time_on_the_clock(feed, zone):
    local = {start.astimezone(ZoneInfo(zone)).time() for _, start, _ in on_the_page(feed)}
    assert local in ({time(9)}, {time(8, 30)})
