"""Whoever opens the address of a button by hand is told what it is; a program gets the bare answer."""

import pytest

from tests import factories, pages

pytestmark = pytest.mark.django_db
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PATH = "/overrides/6/remove/"


def opened(headers):
    return pages.client_of(factories.user("wei")).get(PATH, headers=headers)


def test_a_person_gets_a_page_that_says_what_to_do():
    answer = opened(BROWSER)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes the press of a button" in answer.content.decode()


def test_a_program_gets_the_bare_answer():
    answer = opened({"Accept": "*/*"})
    assert (answer.status_code, answer.content) == (405, b"")


def test_the_page_is_for_visitors_too(client):
    assert "only takes the press of a button" in client.get(PATH, headers=BROWSER).content.decode()
