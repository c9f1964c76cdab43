"""Label matchers as Alertmanager writes them: parse, match, explain. Pure.

    severity="critical"
    job!="backup", instance=~"db-[0-9]+"

One a line or separated by commas; all must hold. A label that is missing counts as empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

import re2

_BETWEEN = re.compile(r"[\s,]*")
_SEPARATOR = re.compile(r"[\n,][\s,]*")
_OPENING = re.compile(r"\{")
_SPACES = re.compile(r"[^\S\n]*")
_BARE_NAME = re.compile(r"""[^\s{}!=~,"'`\\]+""")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\[^\n])*)"')
_OPERATOR = re.compile(r"=~|!~|!=|=(?!=)")
_BARE_VALUE = re.compile(r"[^,\n]+")
_ESCAPE = re.compile(r'\\([\\"n])')
_MEANING = {"\\": "\\", '"': '"', "n": "\n"}


class MatcherError(ValueError):
    """What was written is not a list of matchers: why, and at which line and column (from 1)."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"Line {line}, column {column}: {reason}")
        self.reason, self.line, self.column = reason, line, column


class Operator(StrEnum):
    EQUAL = "="
    NOT_EQUAL = "!="
    MATCHES = "=~"
    NOT_MATCHES = "!~"


class _Regex(Protocol):
    def fullmatch(self, text: bytes) -> object | None: ...


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label. A regular expression has to match the whole value."""

    name: str
    operator: Operator
    value: str
    regex: _Regex | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        if self.operator in (Operator.MATCHES, Operator.NOT_MATCHES):
            object.__setattr__(self, "regex", _compile(self.value))

    def matches(self, labels: Mapping[str, str]) -> bool:
        value = labels.get(self.name, "")
        if self.regex is None:
            return (value == self.value) == (self.operator is Operator.EQUAL)
        # JSON can carry half a surrogate pair, which UTF-8 cannot.
        found = self.regex.fullmatch(value.encode(errors="replace"))
        return (found is not None) == (self.operator is Operator.MATCHES)

    def __str__(self) -> str:
        name = self.name if _BARE_NAME.fullmatch(self.name) else _quote(self.name)
        return f"{name}{self.operator}{_quote(self.value)}"


class Verdict(NamedTuple):
    """How one matcher fared: `value` is the label's, "" where it is missing."""

    matcher: Matcher
    value: str
    matched: bool


def parse(text: str) -> tuple[Matcher, ...]:
    """Read matchers, with or without braces around them; none at all match everything.

    Names and values may be bare or in double quotes. Raises MatcherError.
    """
    scanner = _Scanner(text, 0, len(text.rstrip()))
    scanner.take(_BETWEEN)
    if scanner.take(_OPENING):
        if not text.rstrip().endswith("}"):
            raise scanner.error("a brace is opened and not closed at the end", scanner.position - 1)
        scanner.end -= 1
    return tuple(_matchers(scanner))


def match(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether every matcher holds for these labels."""
    return all(matcher.matches(labels) for matcher in matchers)


def explain(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> list[Verdict]:
    """How each matcher fares, in order."""
    return [Verdict(m, labels.get(m.name, ""), m.matches(labels)) for m in matchers]


@dataclass(slots=True)
class _Scanner:
    """A place in the text; `take` moves on over what it finds there."""

    text: str
    position: int
    end: int

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.position, self.end)
        if found:
            self.position = found.end()
        return found

    def error(self, reason: str, position: int | None = None) -> MatcherError:
        at = self.position if position is None else position
        line_start = self.text.rfind("\n", 0, at) + 1
        return MatcherError(reason, self.text.count("\n", 0, at) + 1, at - line_start + 1)


def _matchers(scanner: _Scanner) -> Iterator[Matcher]:
    scanner.take(_BETWEEN)
    while scanner.position < scanner.end:
        yield _matcher(scanner)
        scanner.take(_SPACES)
        if scanner.position < scanner.end and not scanner.take(_SEPARATOR):
            raise scanner.error("a comma or a new line has to come before the next matcher")


def _matcher(scanner: _Scanner) -> Matcher:
    name = _name(scanner)
    scanner.take(_SPACES)
    operator = scanner.take(_OPERATOR)
    if operator is None:
        raise scanner.error(f'after "{name}" comes one of =, !=, =~ and !~')
    scanner.take(_SPACES)
    start = scanner.position
    value = _value(scanner)
    try:
        return Matcher(name, Operator(operator[0]), value)
    except MatcherError as error:
        raise scanner.error(error.reason, start) from error


def _name(scanner: _Scanner) -> str:
    start = scanner.position
    if quoted := scanner.take(_QUOTED):
        if not quoted[1]:
            raise scanner.error("a label name is not empty", start)
        return _unescape(quoted[1])
    if bare := scanner.take(_BARE_NAME):
        return bare[0]
    raise scanner.error("a matcher starts with a label name, bare or in double quotes")


def _value(scanner: _Scanner) -> str:
    start = scanner.position
    if quoted := scanner.take(_QUOTED):
        return _unescape(quoted[1])
    bare = scanner.take(_BARE_VALUE)
    value = bare[0].rstrip() if bare else ""
    if not value:
        raise scanner.error('a value is missing; write "" for an empty one', start)
    if '"' in value:
        raise scanner.error("a double quote is not closed, or stands inside a bare value", start)
    if value.startswith(("'", "`")):
        raise scanner.error("a value is quoted with double quotes", start)
    return _unescape(value)


def _compile(pattern: str) -> _Regex:
    options = re2.Options()
    options.log_errors = False
    try:
        compiled: _Regex = re2.compile(pattern.encode(errors="replace"), options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace")
        raise MatcherError(f"this is not a regular expression: {reason}") from error
    return compiled


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _unescape(text: str) -> str:
    # As in Alertmanager, a backslash before anything else stays: "\d+" needs no second one.
    return _ESCAPE.sub(lambda found: _MEANING[found[1]], text)
