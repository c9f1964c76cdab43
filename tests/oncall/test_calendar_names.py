"""Whom the events of a calendar mean."""

import pytest

from oncall.calendar_names import known, people_in
from oncall.ical import Event
from tests.oncall.rotas import span

PEOPLE = known([(1, "jonas", "Jonas.Weber@Example.com"), (2, "mina", "mina@example.com"), (3, "anna-lena", "")])


def meant(summary, *attendees):
    return people_in(Event("uid", summary, attendees, span("2026-02-02", "2026-02-03")), PEOPLE)


@pytest.mark.parametrize(
    "summary",
    ["jonas", "JONAS", " Jonas ", "jonas.weber@example.com", "On call: jonas", "Payments - jonas", "jonas (primary)",
     "[jonas] Payments", "Primary | Jonas.Weber@example.com", "Duty – jonas", "On-call/jonas", "<jonas>"],
)  # fmt: skip
def test_a_title_names_a_person_as_a_whole_or_in_part(summary):
    assert meant(summary) == ([1], [])


def test_a_name_with_a_hyphen_is_one_name():
    assert meant("On call: anna-lena") == ([3], [])


@pytest.mark.parametrize("summary", ["jonas, mina", "jonas & mina", "jonas and mina", "Duty: jonas / mina"])
def test_a_title_may_name_several_people(summary):
    assert meant(summary) == ([1, 2], [])


@pytest.mark.parametrize(
    "summary",
    ["On call: jonas / Petra", "jonas/Petra", "Petra / jonas", "Petra, jonas (primary)", "Duty: jonas & Petra",
     "[Payments] Petra and jonas", "On-call/jonas/Petra", "Primary/Secondary: jonas, Petra"],
)  # fmt: skip
def test_who_is_listed_beside_a_person_and_nobody_here_is_told(summary):
    assert meant(summary) == ([1], ["Petra"])


@pytest.mark.parametrize("summary", ["Jonas Weber", "ask jonas about it", "jonasson", ""])
def test_a_name_within_other_words_is_nobodys(summary):
    assert meant(summary) == ([], [summary or "(no name)"])


def test_attendees_count_before_the_title():
    assert meant("mina", "JONAS.weber@example.com") == ([1], [])


def test_the_title_counts_where_no_attendee_is_known():
    assert meant("mina", "rota@example.com") == ([2], [])


def test_attendees_who_are_nobody_here_are_told():
    assert meant("Duty", "jonas.weber@example.com", "ghost@example.com") == ([1], ["ghost@example.com"])
    assert meant("Duty", "ghost@example.com") == ([], ["ghost@example.com"])


def test_a_mail_address_of_two_people_is_nobodys():
    shared = known([(1, "jonas", "team@example.com"), (2, "mina", "team@example.com")])
    assert shared == {"jonas": 1, "mina": 2}
