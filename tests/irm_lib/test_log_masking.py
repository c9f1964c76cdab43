"""Keys in addresses stay out of the log."""

import logging

import pytest
from django.test import Client

from oncall.models import Integration
from tests import factories

pytestmark = pytest.mark.django_db
TOKEN = "eyJwZXJzb24iOjF9:1vM:c2lnbmF0dXJl"


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("is_enabled", "words"), [(True, "Bad Request"), (False, "Not Found")])
def test_a_refused_event_leaves_no_key_in_the_log(caplog, is_enabled, words, slash):
    integration = factories.integration(is_enabled=is_enabled)
    path = f"/integrations/alertmanager/{integration.key}{slash}"
    assert Client().post(path, "no json", content_type="application/json").status_code in (400, 404)
    assert f"{words}: /integrations/alertmanager/***{slash}" in caplog.text
    assert integration.key not in caplog.text


@pytest.mark.parametrize("path", ["/ack/{}/", "/ack/{}", "/ack/{}/more/"])
def test_a_refused_link_leaves_no_token_in_the_log(caplog, path):
    assert Client().get(path.format(TOKEN)).status_code in (403, 404)
    assert "/ack/***" in caplog.text
    assert TOKEN not in caplog.text


def test_a_traceback_names_no_key(caplog):
    key = factories.integration().key
    try:
        raise ValueError(f"No view for 'integrations/alertmanager/{key}/'")
    except ValueError:
        logging.getLogger("django.request").exception("Internal Server Error: %s", f"/integrations/alertmanager/{key}/")
    assert "No view for 'integrations/alertmanager/***/'" in caplog.text
    assert key not in caplog.text


@pytest.mark.parametrize("name", ["django.server", "gunicorn.error"])
def test_the_servers_write_no_key_down(name, caplog):
    key = Integration._meta.get_field("key").get_default()
    logger = logging.getLogger(name)
    logger.addHandler(caplog.handler)
    try:
        logger.error('"%s" %s', f"POST /integrations/alertmanager/{key}/ HTTP/1.1", 503)
    finally:
        logger.removeHandler(caplog.handler)
    assert '"POST /integrations/alertmanager/***/ HTTP/1.1" 503' in caplog.text
    assert key not in caplog.text


def test_other_lines_are_left_alone(caplog):
    logging.getLogger("django.request").warning("Not Found: %s", "/incidents/7/back/up/")
    assert "Not Found: /incidents/7/back/up/" in caplog.text
