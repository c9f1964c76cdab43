"""Short ways to write iCal calendars in tests."""


def event(start: str = "20260202T090000Z", end: str | None = "20260209T090000Z", **said: str) -> str:
    """An event; `start` and `end` may carry parameters, as in "TZID=Europe/Berlin:20260202T090000"."""
    lines = [f"UID:{said.pop('uid', 'duty-1')}", timed("DTSTART", start)]
    lines += [timed("DTEND", end)] if end else []
    said.setdefault("SUMMARY", "jonas")
    lines += [f"{name.replace('_', '-')}{value if value[:1] == ';' else f':{value}'}" for name, value in said.items()]
    return "\r\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""])


def timed(name: str, value: str) -> str:
    return f"{name};{value}" if ":" in value else f"{name}:{value}"


def calendar(*events: str, head: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//somebody//EN"]
    return ("\r\n".join([*lines, ""]) + head + "".join(events) + "END:VCALENDAR\r\n").encode()
