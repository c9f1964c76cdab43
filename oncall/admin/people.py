"""People, how they are reached, and their teams."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Count, Field, Q, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone

from irm.lib import clock
from irm.lib.history_admin import HistoryAdmin
from irm.lib.localtime import stretch
from oncall import scheduling
from oncall.admin.person_forms import NewPersonForm, PersonForm
from oncall.channels import CHANNELS, choices
from oncall.models import ContactMethod, Membership, NotificationRule, Team, User

STILL_THEIRS, SHOWN_SHIFTS = timedelta(weeks=8), 3
LIMITS = ["longest_stretch_h", "least_rest_h", "most_hours_in_4_weeks", "most_weeks_in_a_row"]
SUPERUSERS_TO_GIVE = ("is_superuser", "user_permissions")


class ContactMethodForm(forms.ModelForm):
    """An address that its channel can take."""

    channel = forms.ChoiceField(choices=choices, help_text="The medium.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        channel, address = cleaned.get("channel"), cleaned.get("address")
        if channel and address and not CHANNELS[channel].accepts(address):
            self.add_error("address", f"This is no address of the channel {CHANNELS[channel].label}.")
        return cleaned


class ContactMethodInline(admin.TabularInline):
    model = ContactMethod
    form = ContactMethodForm
    fields = ["channel", "address", "is_enabled", "verified_at"]
    readonly_fields = ["verified_at"]
    extra = 0


class NotificationRuleFormSet(BaseInlineFormSet):
    """Rules of one person, about that person's own addresses."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        own = ContactMethod.objects.filter(user=self.instance) if self.instance.pk else ContactMethod.objects.none()
        form.fields["contact_method"].queryset = own  # type: ignore[attr-defined]  # a choice of rows


class NotificationRuleInline(admin.TabularInline):
    model = NotificationRule
    formset = NotificationRuleFormSet
    fields = ["urgency", "contact_method", "after_minutes"]
    extra = 0


class MembershipOfUserInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ["team"]
    extra = 0
    verbose_name_plural = "teams"


@admin.register(User)
class UserAdmin(DjangoUserAdmin, HistoryAdmin):
    section = "Set up"
    list_display = ["username", "name", "email", "time_zone", "can_be_reached", "is_active", "is_staff"]
    list_filter = ["is_active", "groups", "teams", "time_zone"]
    search_fields = ["username", "first_name", "last_name", "email"]
    inlines = [ContactMethodInline, NotificationRuleInline, MembershipOfUserInline]
    form = PersonForm
    add_form = NewPersonForm
    add_fieldsets = [
        (
            None,
            {
                "fields": ["first_name", "last_name", "email", "time_zone", "groups"],
                "description": "Who this is. Working hours, teams and rules come on the next page.",
            },
        ),
        ("To log in", {"fields": ["username", "password1", "password2"]}),
    ]
    fieldsets = [
        (
            None,
            {
                "fields": ["username", "password", "first_name", "last_name", "email"],
                "description": "Who this is. The mail address is the account's; pages go to the contact methods below.",
            },
        ),
        (
            "Time",
            {
                "fields": ["time_zone", "work_starts", "work_ends", "sleep_starts", "sleep_ends"],
                "description": "Where this person lives and when they work. Alerts that wait for working hours use it.",
            },
        ),
        (
            "Being on call",
            {
                "fields": ["country", "never_on_duty", "has_weekly_digest"],
                "description": (
                    "Whoever plans a shift in hours that are never theirs is warned. Public holidays and nights, "
                    "the sleep hours above, are counted where it is shown who carries how much."
                ),
            },
        ),
        (
            "Rights",
            {
                "fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"],
                "description": "What this person may do comes from their groups. People are not deleted.",
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rights beyond a group's are a superuser's to give: nobody makes themselves one."""
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [
            (title, options | {"fields": [name for name in options["fields"] if name not in SUPERUSERS_TO_GIVE]})
            for title, options in fieldsets
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Most people live where those live who add them."""
        zone = request.user.time_zone if isinstance(request.user, User) else "UTC"
        return {"time_zone": zone, **super().get_changeform_initial_data(request)}

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """A new person is only named: what refers to them follows."""
        return list(super().get_inlines(request, obj)) if obj else []

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """The address a new person is added with is one that they only have to prove."""
        super().save_model(request, obj, form, change)
        if not change and obj.email:
            ContactMethod.objects.create(user=obj, channel="email", address=obj.email)
        if change and "is_active" in form.changed_data and not obj.is_active:
            _tell_what_is_still_theirs(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: what they did stays theirs. Who leaves is set inactive."""
        return False

    @admin.display(description="Name", ordering="first_name")
    def name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description="Can be reached", boolean=True, ordering="usable")
    def can_be_reached(self, person: User) -> bool:
        return bool(getattr(person, "usable", 0))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        is_usable = Q(contact_methods__verified_at__isnull=False, contact_methods__is_enabled=True)
        rows: QuerySet[User] = super().get_queryset(request).annotate(usable=Count("contact_methods", is_usable))
        return rows


def _tell_what_is_still_theirs(request: HttpRequest, person: User) -> None:
    """Whoever may not log in any more stays on the schedules: pages would go to nobody."""
    zone = timezone.get_current_timezone()
    shifts = scheduling.next_shifts(person, clock.now(), STILL_THEIRS)
    told = [f"{shift.schedule}, {stretch(shift.start, shift.until, zone)}" for shift in shifts[:SHOWN_SHIFTS]]
    more = f"; and {len(shifts) - SHOWN_SHIFTS} more" if len(shifts) > SHOWN_SHIFTS else ""
    if told:
        words = f"{person} cannot be reached any more, and is still on call: {'; '.join(told)}{more}."
        messages.warning(request, f"{words} Let somebody take over, and take {person} out of the rotations.")


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    """A superuser's account, its password included, is for superusers."""
    return person is None or not person.is_superuser or request.user.is_superuser


@admin.register(ContactMethod)
class ContactMethodAdmin(HistoryAdmin):
    section = "Set up"
    form = ContactMethodForm
    list_display = ["user", "channel", "address", "is_verified", "is_enabled"]
    list_filter = ["channel", "is_enabled", ("verified_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["address", "user__username", "user__first_name", "user__last_name"]
    autocomplete_fields = ["user"]
    readonly_fields = ["verified_at"]
    fieldsets = [
        (
            None,
            {
                "fields": ["user", "channel", "address", "is_enabled", "verified_at"],
                "description": "Only its owner can verify an address, on their page My on-call.",
            },
        )
    ]

    @admin.display(description="Verified", boolean=True, ordering="verified_at")
    def is_verified(self, method: ContactMethod) -> bool:
        return method.verified_at is not None


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ["user"]
    extra = 0
    verbose_name_plural = "members"


@admin.register(Team)
class TeamAdmin(HistoryAdmin):
    section = "Set up"
    list_display = ["name", "people", "manager", "policy"]
    list_select_related = ["manager", "policy"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["manager", "policy"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["name", "slug", "description"], "description": "People who own services together."}),
        (
            "When something breaks",
            {
                "fields": ["policy", "manager"],
                "description": "Who is paged for this team's alerts, and who is reached when nobody answers.",
            },
        ),
        (
            "Limits of duty",
            {
                "fields": [*LIMITS],
                "description": (
                    "How much one person should be on call, over all schedules they are on. A change of plan that "
                    "breaks a limit is warned about, never refused; what the coming eight weeks break is shown on "
                    "the schedule."
                ),
            },
        ),
    ]

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """A limit of nothing would be broken by every shift; one of more than a year limits nothing."""
        if db_field.name in LIMITS:
            kwargs |= {"min_value": 1, "max_value": 9000}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="People", ordering="people")
    def people(self, team: Team) -> int:
        return int(getattr(team, "people", 0))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        rows: QuerySet[Team] = super().get_queryset(request).annotate(people=Count("memberships"))
        return rows
