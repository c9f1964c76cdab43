"""Tables to take away that no spreadsheet program runs."""

import csv
from io import StringIO

import pytest

from irm.lib.spreadsheets import csv_response

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1"]


def cells(*row):
    text = csv_response("alerts", ["title"] * len(row), [row]).content.decode("utf-8-sig")
    return next(iter(list(csv.reader(StringIO(text, newline="")))[1:]))


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_a_spreadsheet_would_run_becomes_text(formula):
    assert cells(formula) == [f"'{formula}"]


@pytest.mark.parametrize("text", ["Disk is full", "a=1", "", "10 - 3", "Größe, 100 %", 'said "no"', "two\nlines"])
def test_other_text_stays_as_it_is(text):
    assert cells(text) == [text]


def test_nothing_is_an_empty_cell_and_a_number_its_digits():
    assert cells(None, 7, 0) == ["", "7", "0"]


def test_a_number_below_zero_stays_one_that_can_be_counted_with():
    assert cells(-160, -0.5) == ["-160", "-0.5"]


def test_it_is_a_download_that_says_its_encoding():
    answer = csv_response("alerts", ["title"], [])
    assert answer["Content-Disposition"] == 'attachment; filename="alerts.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content == "\ufefftitle\r\n".encode()
