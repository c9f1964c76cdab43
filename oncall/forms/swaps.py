"""Offering a shift, and asking for cover."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from irm.lib.localtime import stretch
from irm.lib.timespan import Span, common
from oncall import swap_plans
from oncall.errors import NotAllowed
from oncall.forms.schedules import YEARS, MomentField
from oncall.models import Schedule, ShiftSwap, User
from oncall.sharing import Candidate

WHAT_IT_LOOKS_LIKE = "This is no stretch of time that irm knows. Please choose again."


def read_instant(text: str) -> datetime:
    """An instant in ISO 8601; without an offset it is read in the viewer's zone. Raises ValueError."""
    instant = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    if instant.year not in YEARS:
        raise ValueError(f"{text} is out of range")
    return timezone.make_aware(instant) if instant.tzinfo is None else instant


def read_span(text: str) -> Span:
    """What `span_as_value` writes. Raises ValueError."""
    start, end = text.split("/")
    return Span(read_instant(start), read_instant(end))


def span_as_value(span: Span) -> str:
    return f"{span.start.isoformat()}/{span.end.isoformat()}"


def asked_for(start: str, end: str, now: datetime) -> Span | None:
    """The stretch that a link names, if it can be read and offered."""
    try:
        span = Span(read_instant(start), read_instant(end))
        swap_plans.refuse_out_of_reach(span, now)
    except (ValueError, OverflowError, NotAllowed):
        return None
    return span


class InstantField(forms.CharField):
    """An exact instant that a page has written, not a person."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return read_instant(text) if text else None
        except (ValueError, OverflowError):
            raise forms.ValidationError(WHAT_IT_LOOKS_LIKE) from None


class SpanField(forms.ChoiceField):
    """One of the stretches shown, exact; what was shown a while ago still counts, as whoever offers it checks it."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        try:
            return self.read(text) if text else None
        except (ValueError, OverflowError):
            raise forms.ValidationError(WHAT_IT_LOOKS_LIKE) from None

    def read(self, text: str) -> Any:
        return read_span(text)

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


class OthersSpanField(SpanField):
    """A stretch of somebody else: their key and the span."""

    def read(self, text: str) -> tuple[int, Span]:
        person, _, span = text.partition(":")
        return int(person), read_span(span)


class CoverForm(forms.Form):
    """The button “Ask for cover”: whose duty, and exactly which part of it."""

    holder = forms.ModelChoiceField(User.objects.filter(is_active=True))
    start = InstantField()
    end = InstantField()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("start") and cleaned.get("end") and cleaned["start"] >= cleaned["end"]:
            raise forms.ValidationError(WHAT_IT_LOOKS_LIKE)
        return cleaned

    def offer(self, schedule: Schedule) -> ShiftSwap:
        cleaned = self.cleaned_data
        return ShiftSwap(
            schedule=schedule, holder=cleaned["holder"], starts_at=cleaned["start"], ends_at=cleaned["end"]
        )


class OfferForm(forms.Form):
    """Which of one's own shifts is offered, to whom, and for what."""

    shift = SpanField(label="Which shift")
    part_from = MomentField(label="Only from", required=False)
    part_until = MomentField(label="Only until", required=False)
    to = forms.ChoiceField(label="Whom to ask", required=False)
    in_return = OthersSpanField(
        label="In return for",
        required=False,
        help_text="A shift of theirs that you take instead. Leave it empty to give yours away.",
    )
    message = forms.CharField(max_length=200, required=False, help_text="A word about why, for those you ask.")

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        schedule: Schedule,
        holder: User,
        held: Mapping[int, Sequence[Span]],
        people: Iterable[User],
        now: datetime,
        linked: Span | None = None,
    ) -> None:
        """`held`: the coming stretches of everybody, by person; `people`: those who may be asked; `linked`: what a
        link here has named."""
        super().__init__(data, initial={"shift": linked and span_as_value(linked)})
        self.schedule, self.holder, self.now, self.linked, self.held = schedule, holder, now, linked, held
        self.people = {person.pk: person for person in people}
        self.own = list(held.get(holder.pk, ()))
        shown = [linked] if linked and linked not in self.own else []
        self._choices("shift", [(span_as_value(span), self._words(span)) for span in [*shown, *self.own]])
        self._choices("in_return", [("", "Nothing in return"), *self._of_others(held)])
        self.suggest(())
        zone = timezone.get_current_timezone_name()
        self.fields["part_from"].help_text = f"To offer only a part of it. In your time zone, {zone}."

    @property
    def stretch(self) -> Span | None:
        """Who could take it is asked for this: for what was chosen, else for what the page shows first."""
        chosen: Span | None = self.cleaned_data.get("shift") if self.is_bound and self.is_valid() else None
        return chosen or self.linked or next(iter(self.own), None)

    def suggest(self, candidates: Iterable[Candidate], shift: Span | None = None) -> None:
        """Those who may be asked: first the ones suggested, in their order, each with what they carry already."""
        known = {one.person.pk: one for one in candidates if one.person.pk in self.people}
        order = [*known, *(pk for pk in self.people if pk not in known)]
        labels = [(pk, f"{self.people[pk]}{_load(known.get(pk))}{self._beside(pk, shift)}") for pk in order]
        self._choices("to", [("", f"Anybody in {self.schedule.team}"), *labels])

    def _beside(self, person: int, shift: Span | None) -> str:
        """Of those on call together with the holder."""
        is_beside = shift and common([shift], self.held.get(person, ()))
        return ": on call then anyway, so it would be one person fewer" if is_beside else ""

    def clean_to(self) -> User | None:
        chosen = self.cleaned_data["to"]
        return self.people[int(chosen)] if chosen else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if (span := cleaned.get("shift")) is not None:
            self._narrow(cleaned, span)
            self._refuse_out_of_reach(cleaned["shift"])
        if cleaned.get("in_return"):
            self._match_return(cleaned)
        return cleaned

    def offer(self) -> ShiftSwap:
        cleaned = self.cleaned_data
        back = cleaned["in_return"]
        return ShiftSwap(
            schedule=self.schedule,
            holder=self.holder,
            starts_at=cleaned["shift"].start,
            ends_at=cleaned["shift"].end,
            offered_to=cleaned["to"],
            return_starts_at=back[1].start if back else None,
            return_ends_at=back[1].end if back else None,
            message=cleaned["message"],
        )

    def _narrow(self, cleaned: dict[str, Any], span: Span) -> None:
        """Make `shift` the part that is offered."""
        start, end = cleaned.get("part_from") or span.start, cleaned.get("part_until") or span.end
        if start < span.start or start >= span.end:
            self.add_error("part_from", "Choose a time within the shift.")
        elif not start < end <= span.end:
            self.add_error("part_until", "Choose a later time within the shift.")
        else:
            cleaned["shift"] = Span(start, end)

    def _refuse_out_of_reach(self, span: Span) -> None:
        try:
            swap_plans.refuse_out_of_reach(span, self.now)
        except NotAllowed as error:
            self.add_error("shift", str(error))

    def _match_return(self, cleaned: dict[str, Any]) -> None:
        """What is wanted in return says whom to ask."""
        person = self.people.get(cleaned["in_return"][0])
        if person is None:
            self.add_error("in_return", "Choose a shift of somebody who may be asked.")
        elif cleaned.get("to") not in (None, person):
            self.add_error("in_return", f"That is a shift of {person}. Ask {person}, or choose another shift.")
        else:
            cleaned["to"] = person

    def _of_others(self, held: Mapping[int, Sequence[Span]]) -> list[Any]:
        return [
            (str(person), [(f"{pk}:{span_as_value(span)}", self._words(span)) for span in held[pk]])
            for pk, person in self.people.items()
            if held.get(pk)
        ]

    def _words(self, span: Span) -> str:
        return stretch(span.start, span.end, self.holder.zone)

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # each is a choice field


def _load(candidate: Candidate | None) -> str:
    if candidate is None:
        return ""
    words = f", {round(candidate.hours)} h on call around it"
    return f"{words}: {candidate.worries[0]}" if candidate.worries else words
