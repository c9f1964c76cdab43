"""Signed tokens that expire: for links that work without logging in."""

from datetime import datetime, timedelta
from typing import Any

from django.core import signing


class BadToken(Exception):
    """The token is not ours, was changed, or was made for another purpose."""


class ExpiredToken(BadToken):
    """The token was good once."""


def sign(purpose: str, payload: dict[str, Any], now: datetime, valid_for: timedelta) -> str:
    """A token, safe in an address, that only `read` with the same purpose takes back."""
    expires = int((now + valid_for).timestamp())
    return signing.dumps({**payload, "expires": expires}, salt=f"irm.{purpose}", compress=True)


def read(purpose: str, token: str, now: datetime) -> dict[str, Any]:
    """The payload of a token. Raises ExpiredToken or BadToken."""
    try:
        payload: dict[str, Any] = signing.loads(token, salt=f"irm.{purpose}")
        expires = payload.pop("expires")
    except (signing.BadSignature, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadToken from error
    if now.timestamp() >= expires:
        raise ExpiredToken
    return payload
