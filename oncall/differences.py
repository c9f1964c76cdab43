"""What a change of a plan changes: who is on call differently, and when. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Generic

from irm.lib.timespan import Span
from oncall.shifts import Plan, resolve
from oncall.turns import P


@dataclass(frozen=True, slots=True)
class Difference(Generic[P]):
    """A stretch in which other people are on call; nobody where a tuple is empty."""

    span: Span
    before: tuple[P, ...]
    after: tuple[P, ...]


def differences(before: Plan[P], after: Plan[P], span: Span) -> list[Difference[P]]:
    """The stretches of `span` in which the two plans have other people on call, in order."""
    found: list[Difference[P]] = []
    for part, old, new in _parts(before, after, span):
        if set(old) == set(new):
            continue
        latest = found[-1] if found else None
        if latest and latest.span.end == part.start and (latest.before, latest.after) == (old, new):
            found[-1] = Difference(Span(latest.span.start, part.end), old, new)
        else:
            found.append(Difference(part, old, new))
    return found


def _parts(before: Plan[P], after: Plan[P], span: Span) -> Iterator[tuple[Span, tuple[P, ...], tuple[P, ...]]]:
    """`span` cut wherever a shift of either plan begins or ends, with who is on call by each."""
    edges: dict[datetime, list[tuple[int, P, int]]] = {span.start: [], span.end: []}
    for side, plan in enumerate((before, after)):
        for shift in resolve(plan, span):
            edges.setdefault(shift.span.start, []).append((side, shift.person, 1))
            edges.setdefault(shift.span.end, []).append((side, shift.person, -1))
    held: tuple[Counter[P], Counter[P]] = (Counter(), Counter())
    for start, end in pairwise(sorted(edges)):
        for side, person, step in edges[start]:
            held[side][person] += step
        old, new = (tuple(+people) for people in held)
        yield Span(start, end), old, new
