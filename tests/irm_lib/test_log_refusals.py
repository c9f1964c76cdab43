"""What the log says of a request that was refused, and of one that failed."""

import logging
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied

from tests import pages


@pytest.fixture
def logged():
    """All that django.request writes, as the console would."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.django_db
def test_a_refusal_is_a_line_without_a_traceback(logged):
    pages.client_of(pages.person()).get("/alerts/")

    assert "Forbidden" in logged.getvalue()
    assert "Traceback" not in logged.getvalue()
    assert PermissionDenied.__name__ not in logged.getvalue()


def test_a_fault_keeps_its_traceback(logged):
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        logging.getLogger("django.request").exception("Internal Server Error")

    assert "ZeroDivisionError" in logged.getvalue()
