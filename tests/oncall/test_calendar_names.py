"""Whom the events of a calendar mean."""

import pytest

from oncall.calendar_names import known, people_in
from oncall.ical import Event
from tests.oncall.rotas import span

PEOPLE = known(
    [(1, "jonas", "Jonas.Weber@Example.com", "Jonas"), (2, "mina", "mina@example.com", ""), (3, "anna-lena", "", ""),
     (4, "lnovak", "", "Luka Novák")]
)  # fmt: skip


def meant(summary, *attendees):
    people, strangers = people_in(Event("uid", summary, attendees, span("2026-02-02", "2026-02-03")), PEOPLE)
    return list(people), strangers


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
    shared = known([(1, "jonas", "team@example.com", ""), (2, "mina", "team@example.com", "")])
    assert shared == {"jonas": 1, "mina": 2}


@pytest.mark.parametrize("summary", ["Luka Novák", "On call: luka  novák", "Luka Novák (primary)", "[Luka NOVÁK] duty"])
def test_a_full_name_that_one_person_has_is_theirs(summary):
    assert meant(summary) == ([4], [])


def test_a_full_name_beside_others_is_matched_too():
    assert meant("Luka Novák and jonas") == ([4, 1], [])


@pytest.mark.parametrize("summary", ["Luka", "Novák", "Novák Luka"])
def test_half_a_full_name_is_a_guess_and_nobodys(summary):
    assert meant(summary) == ([], [summary])


def test_a_full_name_of_two_people_is_nobodys():
    assert "jonas weber" not in known([(1, "jonas", "", "Jonas Weber"), (2, "jweber", "", "Jonas Weber")])


def test_a_first_name_alone_is_no_full_name():
    assert known([(1, "jweber", "", "Jonas")]) == {"jweber": 1}


def test_a_username_counts_before_a_full_name():
    people = [(1, "jonas weber", "", ""), (2, "jw", "", "Jonas Weber")]
    assert known(people)["jonas weber"] == 1


def test_the_words_that_name_a_person_are_told():
    event = Event("uid", "On call: Luka  Novák", (), span("2026-02-02", "2026-02-03"))
    assert people_in(event, PEOPLE)[0] == {4: "Luka  Novák"}
