"""My on-call: when I am on, and how I am reached."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from irm.lib import clock
from irm.lib.access import View, requires
from oncall import scheduling, verifying
from oncall.errors import NotAllowed
from oncall.forms.contacts import ContactMethodForm, NotificationRuleForm
from oncall.forms.profile import OwnTimesForm
from oncall.models import ContactMethod, User
from oncall.requests import PersonRequest

from .calendars import shown_feed
from .fairness import own_quarter
from .handoffs import own_notes
from .swap_cards import own_cards

AHEAD = timedelta(weeks=8)

Step = Callable[[PersonRequest, ContactMethod], None]


@requires()
def mine(request: PersonRequest) -> HttpResponse:
    return _page(request, ContactMethodForm(), NotificationRuleForm(person=request.user))


@require_POST
@requires()
def add_method(request: PersonRequest) -> HttpResponse:
    """A new address; a code goes to it at once."""
    form = ContactMethodForm(request.POST, instance=ContactMethod(user=request.user))
    if not form.is_valid():
        return _page(request, form, NotificationRuleForm(person=request.user))
    method = form.save()
    verifying.send_code(method, clock.now())
    messages.success(request, f"A code is on its way to {method.address}. Enter it below.")
    return redirect("oncall:mine")


@require_POST
@requires()
def add_rule(request: PersonRequest) -> HttpResponse:
    form = NotificationRuleForm(request.POST, person=request.user)
    if not form.is_valid():
        return _page(request, ContactMethodForm(), form)
    form.save()
    messages.success(request, "The rule applies from the next page on.")
    return redirect("oncall:mine")


@require_POST
@requires()
def remove_rule(request: PersonRequest, pk: int) -> HttpResponse:
    get_object_or_404(request.user.notification_rules, pk=pk).delete()
    messages.success(request, "The rule is gone.")
    return redirect("oncall:mine")


def _on_own_method(step: Step) -> View:
    """A button about one of the person's own contact methods."""

    @wraps(step)
    def view(request: PersonRequest, pk: int) -> HttpResponse:
        method = get_object_or_404(request.user.contact_methods, pk=pk)
        try:
            step(request, method)
        except NotAllowed as error:
            messages.error(request, str(error))
        return redirect("oncall:mine")

    return require_POST(requires()(view))


@_on_own_method
def send_code(request: PersonRequest, method: ContactMethod) -> None:
    verifying.send_code(method, clock.now())
    messages.success(request, f"A code is on its way to {method.address}.")


@_on_own_method
def enter_code(request: PersonRequest, method: ContactMethod) -> None:
    if verifying.enter_code(method, request.POST.get("code", ""), clock.now()):
        messages.success(request, f"{method.address} is verified: pages can reach you there.")
    else:
        messages.error(request, "That is not the code that was sent. Please look again.")


@_on_own_method
def send_test(request: PersonRequest, method: ContactMethod) -> None:
    verifying.send_test(method, clock.now())
    messages.success(request, f"A test is on its way to {method.address}.")


@_on_own_method
def switch_method(request: PersonRequest, method: ContactMethod) -> None:
    method.switch(is_on=request.POST.get("to") == "on")
    _tell_change(request, f"{method.address} is switched {'on' if method.is_enabled else 'off'}.")


@_on_own_method
def remove_method(request: PersonRequest, method: ContactMethod) -> None:
    method.delete()
    _tell_change(request, f"{method.address} is gone.")


def _tell_change(request: PersonRequest, done: str) -> None:
    if request.user.can_be_reached:
        messages.success(request, done)
    else:
        messages.warning(request, f"{done} No address of yours is in use now: no page reaches you.")


@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def own_times(request: PersonRequest) -> HttpResponse:
    """Time zone, working hours and nights: what decides when pages wait and what counts as being woken up."""
    stored = User.objects.get(pk=request.user.pk)  # a form that is refused must not change what the page says
    form = OwnTimesForm(request.POST or None, instance=stored)
    if form.is_valid():
        form.save()
        messages.success(request, "Saved. It counts from now on.")
        return redirect("oncall:mine")
    return render(request, "oncall/own_times.html", {"form": form})


def _page(request: PersonRequest, method_form: ContactMethodForm, rule_form: NotificationRuleForm) -> HttpResponse:
    now = clock.now()
    methods = list(request.user.contact_methods.all())
    tests = verifying.last_tests(request.user)
    for method in methods:
        method.last_test = tests.get(method.pk)  # type: ignore[attr-defined]  # for the page only
    shifts = scheduling.next_shifts(request.user, now, AHEAD)
    usable = [method for method in methods if method.is_usable]
    context = {
        "now": now,
        "shifts": shifts,
        "handoff_notes": own_notes(request.user, shifts, now),
        "quarter": own_quarter(request.user, now),
        "own_feed": shown_feed(request.user),
        "methods": methods,
        "is_reachable": bool(usable),
        "last_usable": usable[0] if len(usable) == 1 else None,
        "is_testing": any(test.finished_at is None for test in tests.values()),
        "rules": request.user.notification_rules.select_related("contact_method"),
        "method_form": method_form,
        "rule_form": rule_form,
    }
    return render(request, "oncall/mine.html", context | own_cards(request.user, now))
