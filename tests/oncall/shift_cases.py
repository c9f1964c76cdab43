"""Expectations of two other products, kept as data in tests/data/schedule_cases, as parameters of tests."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from irm.lib.wallclock import first_instant

CASES = Path(__file__).parents[1] / "data" / "schedule_cases"

# What is deliberately not matched, and why. Strict: a case that comes out as expected has no place here.
DIFFERENT = {
    "late-start-monthly": (
        "Half an hour on one day of the month: turns of a month fill it, in hours of chosen weekdays if need be. "
        "A plan like this one is read from a calendar."
    ),
}


def cases(name, *kinds):
    found = json.loads((CASES / f"{name}.json").read_text())["cases"]
    return [param(case) for case in found if not kinds or case["kind"] in kinds]


def param(case):
    reason = DIFFERENT.get(case["id"])
    marks = pytest.mark.xfail(reason=reason, strict=True, raises=AssertionError) if reason else ()
    return pytest.param(case, id=case["id"], marks=marks)


def ids(name):
    return {case["id"] for case in json.loads((CASES / f"{name}.json").read_text())["cases"]}


def instant(text, zone="UTC"):
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else first_instant(moment, ZoneInfo(zone))
