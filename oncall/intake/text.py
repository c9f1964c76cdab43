"""Text and JSON as strangers send them, made safe to store and show."""

import json
from typing import NoReturn
from urllib.parse import urlsplit

from oncall.errors import BadPayload

MAX_LINK = 2000
_ELLIPSIS = "…"
# C0 controls other than tab and line feed, and DEL: nothing a person could read.
_CONTROLS = dict.fromkeys([*range(0x20), 0x7F])
del _CONTROLS[ord("\t")], _CONTROLS[ord("\n")]


def _refuse_constant(word: str) -> NoReturn:
    raise BadPayload(f"{word} is not JSON.")


def read_json(raw: bytes) -> object:
    """The JSON document in `raw`; BadPayload says what is wrong with it."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BadPayload("The body is not UTF-8.") from error
    except RecursionError as error:
        raise BadPayload("The body is nested too deeply.") from error
    except ValueError as error:
        raise BadPayload(f"The body is not JSON: {error}.") from error


def clean(text: str, limit: int) -> str:
    """Without NUL (PostgreSQL stores none), cut at `limit` characters. BadPayload if it is not Unicode."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadPayload("A text holds half a surrogate pair, which is not Unicode.") from error
    text = text.replace("\0", "")
    return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS


def paragraph(text: str, limit: int) -> str:
    """Readable text of several lines."""
    return clean(text.replace("\r\n", "\n").translate(_CONTROLS).strip(), limit)


def line(text: str, limit: int) -> str:
    """Readable text on one line, fit for the subject of a mail."""
    return clean(" ".join(text.split()).translate(_CONTROLS), limit)


def scalar(value: object, what: str) -> str:
    """Text, number or truth value as text; nothing (null) as the empty text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise BadPayload(f"{what} must be text.")


def link(href: str, text: str) -> dict[str, str] | None:
    """A link that may be shown: http and https with a host only."""
    href = href.strip()
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    is_plain = href.isprintable() and " " not in href and len(href) <= MAX_LINK
    return {"href": href, "text": text} if is_plain and parts.scheme in ("http", "https") and parts.netloc else None
