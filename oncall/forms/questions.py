"""The questions of the assistant for each way to share duty, and the schedule that its answers wish for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.http import QueryDict

from oncall import blueprints
from oncall.assisting import Wish
from oncall.blueprints import Line, Season
from oncall.forms.assistant import (
    BasicsForm,
    OfficeForm,
    PeopleForm,
    RegionForm,
    SunForm,
    WeeklyForm,
    people_choices,
)
from oncall.turns import Unit

MORE, MOST_PLACES, MOST_REGIONS = 4, 40, 4


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the people, and what they are there for."""

    title: str
    help: str
    form: PeopleForm


class Questions:
    """A form of basics and one for each part; sent with `more`, it has more places and keeps what was entered."""

    do_not_call_in_templates = True  # a kind is offered as a class
    slug: ClassVar[str]
    title: ClassVar[str]
    text: ClassVar[str]
    basics_form: ClassVar[type[BasicsForm]]
    part_form: ClassVar[type[PeopleForm]] = PeopleForm
    parts_asked: ClassVar[Sequence[tuple[str, str, bool]]] = ()  # title, help, whether somebody is needed
    places = 6

    def __init__(self, data: QueryDict | None, now: datetime, proposed: dict[str, Any]) -> None:
        self.asks_more = data is not None and "more" in data
        self.data, self.now, self.proposed = data, now, proposed
        self.places = self._number("places", self.places, MOST_PLACES)
        choices = people_choices()
        self.basics = self._form(self.basics_form, "", now=now)
        self.parts = [
            Part(
                title,
                text,
                self._form(
                    self.part_form, f"part{number}", choices=choices, places=self.places, is_required=is_required
                ),
            )
            for number, (title, text, is_required) in enumerate(self._asked(), start=1)
        ]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in (self.basics, *(part.form for part in self.parts))]
        return all(valid)

    def wish(self) -> Wish:
        said = self.basics.cleaned_data
        ahead: Callable[[], int | None] = self.basics.days_ahead
        return Wish(
            team=said["team"],
            name=said["name"],
            time_zone=said["time_zone"],
            lines=self.lines(),
            days_ahead=ahead() if said["with_secondary"] else None,
        )

    def lines(self) -> Sequence[Line[int]]:
        raise NotImplementedError

    def seasons(self) -> list[Season]:
        """For regions only: where their hours leave holes."""
        return []

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in (self.basics, *(part.form for part in self.parts)))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.basics.cleaned_data["time_zone"])

    def _asked(self) -> Sequence[tuple[str, str, bool]]:
        return self.parts_asked

    def _number(self, name: str, default: int, most: int) -> int:
        """How many there are of something: as many as were shown, and some more where these are asked for."""
        said = self.data.get(name, "") if self.data is not None else ""
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else default
        if self.data is not None and self.data.get("more") == name:
            number += {"places": MORE}.get(name, 1)
        return min(max(number, 1), most)

    def _form(self, form: type[Any], prefix: str, **kwargs: Any) -> Any:
        options: dict[str, Any] = {"prefix": prefix or None, **kwargs}
        if self.data is None or not self.asks_more:
            # Only the first part is proposed a zone: the others lie elsewhere.
            proposed = self.proposed if prefix in ("", "part1") else None
            return form(self.data, initial=proposed, **options)
        start = f"{prefix}-" if prefix else ""
        return form(
            initial={name.removeprefix(start): value for name, value in self.data.items() if name.startswith(start)},
            **options,
        )


class Weekly(Questions):
    slug = "weekly"
    title = "A weekly rotation"
    text = "People take turns of a week each, or of some days or months."
    basics_form = WeeklyForm
    parts_asked = [("People in the order of their turns", "The first one begins on the first day.", True)]

    def lines(self) -> Sequence[Line[int]]:
        said = self.basics.cleaned_data
        first = datetime.combine(said["start_on"], said["at"])
        people = self.parts[0].form.people
        return blueprints.taking_turns(people, self.zone, first, said["length"], Unit(said["unit"]))


class Sun(Questions):
    slug = "sun"
    title = "Follow the sun"
    text = "Two to four teams around the world, each in the hours of its own day."
    basics_form = SunForm
    part_form = RegionForm
    places = 3

    def __init__(self, data: QueryDict | None, now: datetime, proposed: dict[str, Any]) -> None:
        self.data, self.asks_more = data, data is not None and "more" in data
        self.regions = self._number("regions", 3, MOST_REGIONS)
        super().__init__(data, now, proposed)

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if valid and len(self._regions()) < 2:
            self.parts[-1].form.add_error(None, "Choose people for two parts of the day at least.")
            return False
        return valid

    def lines(self) -> Sequence[Line[int]]:
        said = self.basics.cleaned_data
        return blueprints.following_the_sun(self._regions(), said["start_on"], said["length"], Unit(said["unit"]))

    def seasons(self) -> list[Season]:
        return blueprints.seasons(self._regions(), self.zone, self.basics.cleaned_data["start_on"])

    def _asked(self) -> Sequence[tuple[str, str, bool]]:
        help_text = "Its hours, and its people in the order of their turns. Without people it is left out."
        return [(f"{number}. part of the day", help_text, False) for number in range(1, self.regions + 1)]

    def _regions(self) -> list[blueprints.Region[int]]:
        forms = (part.form for part in self.parts)
        return list(_named_apart(form.region() for form in forms if isinstance(form, RegionForm) and form.people))


class OfficeHours(Questions):
    slug = "office"
    title = "Business hours, nights, weekends"
    text = "Different people for working days, for the nights and for the weekends, without a gap between them."
    basics_form = OfficeForm
    places = 4
    parts_asked = [
        ("Business hours", "People in the order of their turns.", True),
        ("Nights", "From the end of business hours until they begin again.", True),
        ("Weekends", "From the end of the last working day on. Without people, those of the nights take them.", False),
    ]

    def lines(self) -> Sequence[Line[int]]:
        said = self.basics.cleaned_data
        business, nights, weekends = (part.form.people for part in self.parts)
        office = self.basics.office()
        return blueprints.around_the_office(
            office, self.zone, said["start_on"], said["length"], business=business, nights=nights, weekends=weekends
        )


KINDS: dict[str, type[Questions]] = {kind.slug: kind for kind in (Weekly, Sun, OfficeHours)}


def _named_apart(regions: Iterator[blueprints.Region[int]]) -> Iterator[blueprints.Region[int]]:
    """Two parts of one name would be drawn as one."""
    taken: set[str] = set()
    for region in regions:
        name, number = region.name, 2
        while name in taken:
            name, number = f"{region.name} {number}", number + 1
        taken.add(name)
        yield blueprints.Region(name, region.people, region.zone, region.opens, region.closes)
