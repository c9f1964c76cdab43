"""Messages of the past, as the people read them; none of them leaves now."""

from datetime import timedelta

from irm.demo.alerts import History
from irm.demo.company import Company
from oncall import delivering
from oncall.models import Notification, StepRun

KEPT_PAGES = timedelta(days=21)  # older pages are left out: enough is enough


def file_away(company: Company, history: History) -> None:
    """Add the pages of the last weeks, then keep every message as it was written at its time."""
    since = company.now - KEPT_PAGES
    pages = [_page(run, company) for run in history.runs if run.ran_at >= since]
    Notification.objects.bulk_create(pages, batch_size=200)
    unfinished = Notification.objects.unfinished().select_related(
        "user", "alert__severity", "alert__service", "alert__integration"
    )
    letters = list(unfinished)
    for letter in letters:
        message = delivering.render(letter, letter.created_at)
        letter.subject, letter.body, letter.html = message.subject[:300], message.body, message.html
        letter.status = Notification.Status.KEPT
        letter.attempts = 1
        letter.finished_at = letter.created_at + timedelta(seconds=1)
    written = ["subject", "body", "html", "status", "attempts", "finished_at"]
    Notification.objects.bulk_update(letters, written, batch_size=100)


def _page(run: StepRun, company: Company) -> Notification:
    person = next(person for person in company.people.values() if str(person) == run.people[0])
    method = person.contact_methods.get()
    return Notification(
        key=f"page-{run.pk}-{method.pk}-0",
        event="page",
        user=person,
        contact_method=method,
        channel=method.channel,
        address=method.address,
        alert=run.alert,
        step_run=run,
        thread=f"alert-{run.alert.pk}",
        priority=Notification.Priority.PAGE,
        due_at=run.ran_at,
        created_at=run.ran_at,
    )
