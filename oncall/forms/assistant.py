"""What the assistant asks: a few answers that say how a whole schedule is shared."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from irm.lib.zones import validate_zone
from oncall import blueprints
from oncall.models import Membership, Rotation, Team, User
from oncall.turns import Unit
from oncall.windows import DAYS

Choices = list[tuple[str, Any]]
WORKING_WEEKS = {"0-4": "Monday to Friday", "6-3": "Sunday to Thursday", "0-5": "Monday to Saturday"}


def people_choices() -> Choices:
    """Everybody who can log in, by team. Two queries."""
    people = {person.pk: person for person in User.objects.filter(is_active=True)}
    teams: dict[str, list[User]] = defaultdict(list)
    members = Membership.objects.filter(user__in=people).order_by("team__name").values_list("team__name", "user")
    for team, user in members:
        teams[team].append(people[user])
    in_teams = {user for _, user in members}
    teams["Without a team"] = [person for pk, person in people.items() if pk not in in_teams]
    groups = ((name, sorted(found, key=lambda one: str(one).casefold())) for name, found in teams.items() if found)
    return [("", "(nobody)"), *((name, [(one.pk, str(one)) for one in found]) for name, found in groups)]


class ZoneField(forms.CharField):
    """A time zone, typed or chosen from the list of them that the page holds once."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"})
        super().__init__(max_length=64, validators=[validate_zone], widget=widget, **kwargs)


def clock_field(**kwargs: Any) -> forms.TimeField:
    return forms.TimeField(widget=forms.TimeInput({"type": "time"}, format="%H:%M"), **kwargs)


class BasicsForm(forms.Form):
    """What every schedule needs."""

    BACK, AHEAD = timedelta(days=366), timedelta(days=2 * 366)

    team = forms.ModelChoiceField(Team.objects.order_by("name"), help_text="The team it covers for.")
    name = forms.CharField(max_length=70, help_text="Such as “Payments primary”.")
    time_zone = ZoneField(help_text="Handoffs keep their time on the clock there, summer and winter.")
    start_on = forms.DateField(
        label="First day",
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Its day of the week is the day of handoffs. A day in the past counts from now on.",
    )
    with_secondary = forms.BooleanField(
        label="And a secondary that is the next primary",
        required=False,
        help_text="A second schedule, a turn ahead of this one. It follows by itself and needs no upkeep.",
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate(now)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_start_on(self) -> date:
        start: date = self.cleaned_data["start_on"]
        if not self.today - self.BACK <= start <= self.today + self.AHEAD:
            raise forms.ValidationError("Choose a day within the last year or the next two years.")
        return start


class TurnsForm(BasicsForm):
    """How long a turn lasts."""

    length = forms.IntegerField(label="A turn lasts", min_value=1, max_value=50, initial=1)
    unit = forms.ChoiceField(label="Unit of a turn", choices=Rotation.Unit.choices, initial="weeks")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("with_secondary") and {"length", "unit"} <= cleaned.keys() and self.days_ahead() is None:
            self.add_error("with_secondary", "A secondary follows turns of days or weeks. Choose one of these units.")
        return cleaned

    def days_ahead(self) -> int | None:
        return blueprints.days_of_a_turn(self.cleaned_data["length"], Unit(self.cleaned_data["unit"]))


class WeeklyForm(TurnsForm):
    at = clock_field(label="Handoffs at", initial=time(9), help_text="On the clock of the zone.")
    field_order = ["team", "name", "start_on", "at", "length", "unit", "time_zone", "with_secondary"]


class SunForm(TurnsForm):
    field_order = ["team", "name", "start_on", "length", "unit", "time_zone", "with_secondary"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].help_text = "The zone the schedule is shown in. Each part below has its own."
        self.fields["unit"].choices = [("days", "days"), ("weeks", "weeks"), ("months", "months")]  # type: ignore[attr-defined]  # a choice


class OfficeForm(BasicsForm):
    days = forms.ChoiceField(label="Working days", choices=list(WORKING_WEEKS.items()))
    opens = clock_field(label="Business hours from", initial=time(9))
    closes = clock_field(label="Business hours until", initial=time(18))
    length = forms.IntegerField(label="Weeks in a turn", min_value=1, max_value=50, initial=1)
    field_order = ["team", "name", "start_on", "days", "opens", "closes", "length", "time_zone", "with_secondary"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["start_on"].help_text = "It begins as business hours do. A day in the past counts from now on."

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if {"opens", "closes"} <= cleaned.keys() and cleaned["opens"] >= cleaned["closes"]:
            self.add_error("closes", "Business hours end later on the same day.")
        return cleaned

    def days_ahead(self) -> int | None:
        return blueprints.days_of_a_turn(self.cleaned_data["length"], Unit.WEEKS)

    def office(self) -> blueprints.Office:
        first, last = map(int, self.cleaned_data["days"].split("-"))
        weekdays = tuple((first + number) % len(DAYS) for number in range((last - first) % len(DAYS) + 1))
        return blueprints.Office(weekdays, self.cleaned_data["opens"], self.cleaned_data["closes"])


class PeopleForm(forms.Form):
    """People in the order of their turns, a place each; empty places are passed over."""

    def __init__(self, *args: Any, choices: Choices, places: int, is_required: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_required = is_required
        self.place_names = [f"place{number}" for number in range(1, places + 1)]
        for number, name in enumerate(self.place_names, start=1):
            self.fields[name] = forms.TypedChoiceField(
                label=f"{number}. person", choices=choices, coerce=int, empty_value=None, required=False
            )

    @property
    def places(self) -> list[forms.BoundField]:
        return [self[name] for name in self.place_names]

    @property
    def further(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in self.place_names]

    @property
    def people(self) -> tuple[int, ...]:
        chosen = (self.cleaned_data.get(name) for name in self.place_names)
        return tuple(person for person in chosen if person is not None)

    def clean(self) -> dict[str, Any]:
        if self.is_required and not self.people:
            raise forms.ValidationError("Choose at least one person.")
        return self.cleaned_data


class RegionForm(PeopleForm):
    """One part of the day; without people it is left out."""

    name = forms.CharField(label="Name of this part", max_length=60, required=False, help_text="Such as “Asia”.")
    zone = ZoneField(label="Time zone", required=False)
    opens = clock_field(label="From", initial=time(9))
    closes = clock_field(label="Until", initial=time(17), help_text="On the clock of its zone, every day.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.people and not cleaned.get("zone") and "zone" not in self.errors:
            self.add_error("zone", "Say in which zone these hours are.")
        return cleaned

    def region(self) -> blueprints.Region[int]:
        said = self.cleaned_data
        zone = said["zone"]
        name = said["name"] or zone.rpartition("/")[2].replace("_", " ")
        return blueprints.Region(name, self.people, ZoneInfo(zone), said["opens"], said["closes"])
