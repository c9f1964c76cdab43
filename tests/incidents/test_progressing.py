import pytest

from incidents import communicating, noting, progressing
from incidents.models import Incident
from incidents.signals import incident_changed
from oncall.errors import NotAllowed
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(40)


def moved(incident, to, **fields):
    defaults = {"by": fields.pop("by", None) or factories.user(), "now": LATER}
    return progressing.change_status(incident, to, **(defaults | fields))


def graded(incident, name, **fields):
    defaults = {"by": factories.user(), "now": LATER, "reason": "A second region is affected."}
    return progressing.change_severity(incident, factories.severity(name), **(defaults | fields))


def test_mitigating_sets_the_milestone_and_keeps_the_promise():
    incident = moved(factories.incident(update_due_at=NOW + minutes(30)), "mitigated")
    assert incident.status == "mitigated"
    assert incident.milestones.get(kind="mitigated").at == LATER
    assert incident.update_due_at == NOW + minutes(30)


def test_resolving_ends_the_incident_and_owes_no_more_updates():
    incident = moved(factories.incident(update_due_at=NOW, update_reminder_at=NOW), "resolved")
    assert (incident.status, incident.ended_at) == ("resolved", LATER)
    assert (incident.update_due_at, incident.update_reminder_at) == (None, None)


def test_those_inside_can_be_told_how_it_ended():
    incident = moved(factories.incident(), "resolved", last_update="Payments work again.")
    update = incident.updates.get()
    assert (update.body, update.next_due_at) == ("Payments work again.", None)


def test_moving_to_where_it_is_changes_nothing():
    incident = factories.incident()
    moved(incident, "mitigated")
    moved(incident, "mitigated")
    assert incident.timeline.count() == 1


def test_words_for_an_incident_that_is_there_already_are_refused_unless_they_are_the_same():
    incident, mina, luka = factories.incident(), factories.user(), factories.user()
    for _ in range(2):
        moved(incident, "resolved", by=mina, last_update="Payments work again.")
    with pytest.raises(NotAllowed, match="is resolved already"):
        moved(incident, "resolved", by=luka, last_update="All is well.")
    assert incident.updates.count() == 1


def test_a_way_that_is_not_allowed_is_refused_with_both_statuses():
    with pytest.raises(NotAllowed, match="is responding and cannot become closed"):
        moved(factories.incident(), "closed")


@pytest.mark.parametrize("reason", ["", "   "])
def test_cancelling_without_a_reason_is_refused(reason):
    incident = factories.incident()
    with pytest.raises(NotAllowed, match="needs a reason"):
        moved(incident, "cancelled", reason=reason)
    incident.refresh_from_db()
    assert incident.status == "responding"


def test_reopening_undoes_the_milestones_and_starts_the_clock_anew():
    incident = moved(moved(factories.incident(), "mitigated"), "resolved")
    incident = moved(incident, "responding", reason="Errors are back.")
    assert (incident.status, incident.ended_at, incident.status_reason) == ("responding", None, "Errors are back.")
    assert incident.update_due_at == incident.update_reminder_at == LATER + minutes(30)
    assert not incident.milestones.filter(is_effective=True).exists()
    assert incident.milestones.filter(is_effective=False).count() == 2


def test_an_incident_that_is_mitigated_again_keeps_both_instants():
    incident = moved(moved(factories.incident(), "mitigated"), "responding", reason="Errors are back.")
    moved(incident, "mitigated", now=LATER + minutes(5))
    assert list(incident.milestones.values_list("at", "is_effective")) == [
        (LATER, False),
        (LATER + minutes(5), True),
    ]


def test_what_was_mitigated_then_cancelled_is_not_mitigated_once_reopened():
    incident = moved(moved(factories.incident(), "mitigated"), "cancelled", reason="A duplicate")
    moved(incident, "responding", reason="It is none.")
    assert not incident.milestones.filter(is_effective=True).exists()


def test_resolving_needs_a_last_update_once_others_were_told():
    incident = factories.incident()
    communicating.post_update(incident, body="Payments fail.", by=factories.user(), now=NOW)
    with pytest.raises(NotAllowed, match="needs a last status update"):
        moved(incident, "resolved", last_update=" ")
    assert moved(incident, "resolved", last_update="They work again.").status == "resolved"


def test_closing_keeps_the_instant_at_which_it_was_resolved():
    incident = moved(moved(factories.incident(), "resolved"), "closed", now=LATER + minutes(60))
    assert incident.ended_at == LATER


def test_a_new_severity_starts_the_clock_from_now_and_keeps_its_reason():
    incident = graded(factories.incident(update_due_at=NOW), "SEV1")
    assert incident.update_due_at == incident.update_reminder_at == LATER + minutes(15)
    assert incident.timeline.get().text == "Severity SEV2 to SEV1: A second region is affected."
    assert incident.history.first().history_change_reason == "A second region is affected."


def test_a_severity_that_owes_no_updates_stops_the_clock():
    assert graded(factories.incident(update_due_at=NOW), "SEV4").update_due_at is None


def test_a_severity_does_not_change_without_a_reason_or_after_the_end():
    with pytest.raises(NotAllowed, match="Say why"):
        graded(factories.incident(), "SEV1", reason=" ")
    with pytest.raises(NotAllowed, match="is resolved"):
        graded(factories.incident(status="resolved", ended_at=NOW), "SEV1")


def test_the_same_severity_sent_twice_changes_once():
    incident, anna = factories.incident(), factories.user()
    graded(incident, "SEV1", by=anna)
    graded(incident, "SEV1", by=anna)
    assert incident.timeline.count() == 1


def test_who_gives_the_same_severity_second_does_not_lose_the_reason():
    incident = factories.incident()
    graded(incident, "SEV1")
    with pytest.raises(NotAllowed, match="SEV1 already"):
        graded(incident, "SEV1", reason="Customers in Asia cannot pay.")


def test_upper_apps_hear_of_a_change():
    heard = []

    def listen(sender, incident, entry, now, **kwargs):
        heard.append((incident.status, entry.kind, now))

    incident_changed.connect(listen)
    try:
        moved(factories.incident(), "mitigated")
    finally:
        incident_changed.disconnect(listen)
    assert heard == [("mitigated", "status", LATER)]


def test_a_note_keeps_when_it_happened_and_when_it_was_written():
    incident = factories.incident()
    entry = noting.add_note(incident, text=" Pool exhausted. ", by=factories.user(), now=LATER, at=NOW)
    assert (entry.text, entry.at, entry.recorded_at) == ("Pool exhausted.", NOW, LATER)


def test_a_note_about_the_future_is_refused():
    incident = factories.incident()
    with pytest.raises(NotAllowed, match="has happened"):
        noting.add_note(incident, text="x", by=factories.user(), now=NOW, at=LATER)
    assert Incident.objects.get().timeline.count() == 0


def test_a_note_goes_back_a_year_before_the_declaration_and_no_further():
    incident = factories.incident()
    first = NOW - noting.LONGEST_AGO
    assert noting.add_note(incident, text="x", by=factories.user(), now=NOW, at=first).at == first
    with pytest.raises(NotAllowed, match="a year before"):
        noting.add_note(incident, text="x", by=factories.user(), now=NOW, at=first - minutes(1))
