"""The main story, on the real thing: Alertmanager fires, the person on call is mailed and acknowledges from the mail,
declares an incident, updates and resolves it, finds the postmortem draft and is reminded of a follow-up."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import Visit
from tests.installation import Alertmanager, Installation, Mailbox, wait_for

pytestmark = [pytest.mark.real, pytest.mark.browser]

TITLE = "p99 latency over 2 s on checkout-api"
RESPONDER = "responder@example.com"
LABELS = {"alertname": "HighLatency", "severity": "critical", "instance": "checkout-1:9100"}
REMIND_NOW = """
from django.utils import timezone
from postmortems.models import FollowUp
FollowUp.objects.filter(title="Alert on the pool before it is empty").update(remind_at=timezone.now())
"""


def firing():
    began = datetime.now(UTC) - timedelta(minutes=1)
    return {"labels": LABELS, "annotations": {"summary": TITLE}, "startsAt": began.isoformat()}


def ended():
    return firing() | {"endsAt": datetime.now(UTC).isoformat()}


@pytest.fixture
def mailbox():
    with Mailbox() as box:
        yield box


@pytest.fixture
def irm(mailbox):
    with Installation(mailbox.url) as installation:
        installation.prepare().manage("demo", "--if-empty")
        yield installation.start()


@pytest.fixture
def alertmanager(irm):
    with Alertmanager(f"{irm.url}/integrations/alertmanager/demo0000000000000000000000000000") as program:
        yield program


@pytest.fixture(params=[1280, 390])
def visit(request, irm, chromium):
    with Visit(chromium, irm.url, width=request.param) as visit:
        visit.page.set_default_timeout(15_000)
        yield visit


def acknowledge_from_the_mail(visit, mail):
    link = re.search(r"http://\S+(/ack/\S+)", mail.get_body(("plain",)).get_content())
    page = visit.go(link[1])
    visit.check("journey-1-confirm")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("You have it")).to_be_visible()


def log_in(visit):
    page = visit.page
    page.get_by_role("link", name="Open the alert").click()
    page.get_by_label("Username").fill("responder")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    visit.check("journey-2-alert")


def declare(visit):
    page = visit.page
    page.locator("#alert-actions summary").click()
    page.get_by_role("link", name="Declare incident").last.click()
    expect(page.get_by_label("What is broken")).to_have_value(TITLE)
    page.get_by_label("SEV1").check()
    visit.check("journey-3-declare")
    page.get_by_role("button", name="Declare incident").click()
    expect(page.get_by_text(re.compile(r"INC-\d+")).first).to_be_visible()


def update_and_note(visit):
    page = visit.page
    page.locator("#update_body").fill("One payment in three is slow. We are adding connections.")
    page.get_by_role("button", name="Post update").click()
    expect(page.locator(".tl").get_by_text("We are adding connections")).to_be_visible()
    page.locator("textarea[name=text]").fill("Pool exhausted: `max_connections=100`.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".tl").get_by_text("Pool exhausted")).to_be_visible()


def resolve(visit, alertmanager):
    page = visit.page
    alertmanager.tell(ended())
    expect(page.locator(".tl").get_by_text("Resolved by its source")).to_be_visible(timeout=20_000)  # by itself
    page.locator("#manage + *").get_by_role("button", name="Mitigated").click()
    page.locator("#manage + *").get_by_role("link", name="Resolved").click()
    page.locator("form.card textarea").first.fill("Payments are fast again. The pool was too small.")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_text("resolved", exact=True).first).to_be_visible()
    visit.check("journey-4-incident")


def write_the_postmortem(visit):
    page = visit.page
    incident = page.url
    page.get_by_role("link", name=re.compile(r"PM-\d+")).click()
    expect(page.get_by_text("We are adding connections").first).to_be_visible()  # the timeline is referenced
    page.get_by_role("link", name=re.compile("Edit|Write")).first.click()
    page.locator("textarea[name=summary]").fill("The connection pool of checkout-api was exhausted.")
    page.get_by_role("button", name=re.compile("^Save")).first.click()
    visit.check("journey-5-postmortem")
    page.goto(incident)


def add_follow_up(visit):
    page = visit.page
    page.get_by_role("link", name="Add a follow-up").click()
    page.get_by_label("Title").fill("Alert on the pool before it is empty")
    page.get_by_label("Owner").select_option(label="Luka Novak")
    # Its first reminder, three days before, was due yesterday, whatever the hour.
    page.get_by_label("Due on").fill((datetime.now(UTC) + timedelta(days=2)).date().isoformat())
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Alert on the pool before it is empty").first).to_be_visible()


def test_a_signal_becomes_a_page_an_incident_and_a_lesson(irm, mailbox, alertmanager, visit):
    alertmanager.tell(firing())
    page_mail = wait_for(lambda: mailbox.to(RESPONDER, TITLE), 20)[0]
    assert page_mail["Message-ID"] != page_mail["References"]

    acknowledge_from_the_mail(visit, page_mail)
    log_in(visit)
    declare(visit)
    update_and_note(visit)
    resolve(visit, alertmanager)
    write_the_postmortem(visit)
    add_follow_up(visit)

    irm.shell(REMIND_NOW)  # the day of the reminder comes
    wait_for(lambda: mailbox.to(RESPONDER, "Alert on the pool before it is empty"), 20)
    assert len(mailbox.to(RESPONDER, f"[SEV1] {TITLE}")) == 1
    assert visit.complaints == []
