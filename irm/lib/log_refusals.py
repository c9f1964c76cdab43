"""A refusal in the log is one line: whoever may not do something is no fault in the code."""

import logging

from django.core.exceptions import PermissionDenied


class NoTracebackOfRefusals(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = None
            record.exc_text = None
        return True
