"""Keeps the keys that stand in addresses out of the log: whoever reads a log could use them."""

import logging
import re

# The address of an integration, the link in a page and the feed of a calendar work for whoever has them.
_KEYED = re.compile(r"\b(integrations/[\w-]+|ack|calendar)/[^\s/?#\"'<>]+")


def mask(text: str) -> str:
    """The text with keys in addresses made unreadable."""
    return _KEYED.sub(r"\1/***", text)


class KeyMask(logging.Filter):
    """Masks a record's message and traceback before any handler sees them."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = mask(message)
        if masked != message:
            record.msg, record.args = masked, None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info))
        return True
