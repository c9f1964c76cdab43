"""Tokens in links: for one purpose, for a time, and unchanged."""

from datetime import timedelta

import pytest
from django.core import signing as django_signing

from irm.lib import signing
from tests.factories import NOW

HOUR = timedelta(hours=1)


def token(purpose="one-tap", **payload):
    return signing.sign(purpose, payload or {"person": 7}, NOW, HOUR)


def test_what_was_signed_is_read_back():
    assert signing.read("one-tap", token(person=7, alert=3), NOW) == {"person": 7, "alert": 3}


def test_a_token_is_of_no_use_for_another_purpose():
    with pytest.raises(signing.BadToken) as refused:
        signing.read("calendar", token("one-tap"), NOW)
    assert not isinstance(refused.value, signing.ExpiredToken)


def test_a_token_holds_to_the_second_before_its_end():
    assert signing.read("one-tap", token(), NOW + HOUR - timedelta(seconds=1)) == {"person": 7}


def test_a_token_expires():
    with pytest.raises(signing.ExpiredToken):
        signing.read("one-tap", token(), NOW + HOUR)


def test_no_character_of_a_token_may_be_changed():
    made = token()
    for place, letter in enumerate(made[:-1]):  # the last letter of base 64 holds bits that mean nothing
        changed = made[:place] + ("A" if letter != "A" else "B") + made[place + 1 :]
        with pytest.raises(signing.BadToken):
            signing.read("one-tap", changed, NOW)


@pytest.mark.parametrize("nonsense", ["", ":", "a:b:c", "\x00", "ü" * 40, "." * 5000])
def test_nonsense_is_no_token(nonsense):
    with pytest.raises(signing.BadToken):
        signing.read("one-tap", nonsense, NOW)


@pytest.mark.parametrize("payload", [["a", "list"], "words", 7, {"person": 7}])
def test_a_signed_value_without_an_end_is_no_token(payload):
    with pytest.raises(signing.BadToken):
        signing.read("one-tap", django_signing.dumps(payload, salt="irm.one-tap"), NOW)


def test_another_secret_makes_every_token_void(settings):
    made = token()
    settings.SECRET_KEY = "another one"
    with pytest.raises(signing.BadToken):
        signing.read("one-tap", made, NOW)
