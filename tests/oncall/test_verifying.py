"""Proving that an address is its owner's."""

from datetime import timedelta

import pytest

from oncall import delivering, verifying
from oncall.errors import NotAllowed
from oncall.models import ContactMethod, Notification
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def method():
    return factories.contact_method(factories.user(), address="new@example.com", verified_at=None)


def code_sent(method, at=NOW):
    return verifying.send_code(method, at).context["code"]


def is_verified(method):
    return ContactMethod.objects.get(pk=method.pk).verified_at is not None


def test_a_code_goes_to_the_address_itself(method):
    verifying.send_code(method, NOW)
    message = Notification.objects.get()
    assert (message.address, message.user) == ("new@example.com", method.user)
    assert message.context["code"] in delivering.render(message, NOW).body


def test_the_code_is_not_stored_readably_on_the_address(method):
    code = code_sent(method)
    assert code not in ContactMethod.objects.get(pk=method.pk).verification_code


def test_the_right_code_verifies(method):
    code = code_sent(method)
    assert verifying.enter_code(method, f" {code[:3]} {code[3:]} ", NOW + minutes(5))
    assert is_verified(method)


def test_a_wrong_code_does_not(method):
    code = code_sent(method)
    assert not verifying.enter_code(method, "x" + code, NOW)
    assert not is_verified(method)


def test_after_five_wrong_codes_none_is_right(method):
    code = code_sent(method)
    for _ in range(verifying.MOST_TRIES):
        verifying.enter_code(method, "wrong", NOW)
    with pytest.raises(NotAllowed, match="too many"):
        verifying.enter_code(method, code, NOW)


def test_an_old_code_has_expired(method):
    code = code_sent(method)
    with pytest.raises(NotAllowed, match="expired"):
        verifying.enter_code(method, code, NOW + verifying.VALID_FOR)


def test_without_a_code_sent_none_is_right(method):
    with pytest.raises(NotAllowed, match="No code was sent"):
        verifying.enter_code(method, "", NOW)


def test_a_second_code_has_to_wait_a_minute(method):
    verifying.send_code(method, NOW)
    with pytest.raises(NotAllowed, match="less than a minute"):
        verifying.send_code(method, NOW + timedelta(seconds=59))
    verifying.send_code(method, NOW + minutes(1))


def test_a_verified_address_gets_no_code(method):
    method.verify(NOW)
    with pytest.raises(NotAllowed, match="already"):
        verifying.send_code(method, NOW)
