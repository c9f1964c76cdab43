"""Lengths of time as people read them: "2 h 05 min". Pure."""

from datetime import timedelta

_SECONDS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
_SHOWN = (("d", "h"), ("h", "min"), ("min", "s"))


def format_duration(length: timedelta | float) -> str:
    """Write a length (a timedelta or seconds) in its two largest units, rounded towards zero.

    "45 s", "5 min", "2 h 05 min", "3 d 04 h".
    """
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    whole = int(abs(seconds))
    sign = "-" if seconds < 0 and whole else ""
    for large, small in _SHOWN:
        if whole >= _SECONDS[large]:
            count, rest = divmod(whole, _SECONDS[large])
            minor = rest // _SECONDS[small]
            return f"{sign}{count} {large}" + (f" {minor:02d} {small}" if minor else "")
    return f"{sign}{whole} s"
