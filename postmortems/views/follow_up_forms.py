"""Adding and changing follow-ups."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from incidents.models import Incident
from irm.lib import clock
from irm.lib.access import requires
from oncall.errors import NotAllowed
from oncall.requests import PersonRequest
from postmortems import following_up
from postmortems.forms import FollowUpForm
from postmortems.models import FollowUp, Postmortem

MAY = ("postmortems.view_followup", "postmortems.write")


@requires(*MAY)
def new_follow_up(request: PersonRequest) -> HttpResponse:
    origin = _origin(request)
    if request.method != "POST":
        form = FollowUpForm(initial={"owner": request.user})
        return _page(request, form, origin=origin, form_key=uuid4())
    form = FollowUpForm(request.POST)
    key = _form_key(request)
    if not form.is_valid():
        return _page(request, form, origin=origin, form_key=key, status=422)
    follow_up = form.save(commit=False)
    follow_up.form_key = key
    follow_up.incident, follow_up.postmortem = origin["incident"], origin["postmortem"]
    try:
        with transaction.atomic():
            following_up.agree(follow_up, by=request.user, now=clock.now())
    except IntegrityError:
        return redirect(get_object_or_404(FollowUp, form_key=key))  # the same form, sent twice
    messages.success(request, f"{follow_up.reference} is {follow_up.get_state_display()}.")
    return redirect(origin["back"] or follow_up)


def _origin(request: PersonRequest) -> dict[str, Any]:
    """Where the follow-up comes from, as the address says it: one of the two, which brings the other along."""
    postmortem = _named(request, "postmortem", Postmortem)
    incident = _named(request, "incident", Incident)
    return {
        "incident": incident or (postmortem and postmortem.incidents.order_by("pk").first()),
        "postmortem": postmortem or (incident and incident.postmortems.order_by("pk").first()),
        "back": postmortem or incident,
    }


def _named(request: PersonRequest, name: str, model: Any) -> Any:
    number = request.GET.get(name, "")
    if not number:
        return None
    return get_object_or_404(model, pk=int(number) if number.isascii() and number.isdigit() else 0)


def _form_key(request: PersonRequest) -> UUID:
    try:
        return UUID(request.POST.get("form_key", ""))
    except ValueError:
        return uuid4()


@requires(*MAY)
def edit_follow_up(request: PersonRequest, pk: int) -> HttpResponse:
    follow_up = get_object_or_404(FollowUp.objects.select_related("owner", "incident", "postmortem"), pk=pk)
    origin = {"incident": follow_up.incident, "postmortem": follow_up.postmortem, "back": follow_up}
    context: dict[str, Any] = {"origin": origin, "follow_up": follow_up, "version": _latest_version(follow_up)}
    if request.method != "POST":
        return _page(request, FollowUpForm(instance=follow_up), **context)
    seen = _as_seen(request, follow_up)
    form = FollowUpForm(request.POST, instance=FollowUp.objects.get(pk=pk), initial=model_to_dict(seen))
    if not form.is_valid():
        return _page(request, form, status=422, **(context | {"version": request.POST.get("version", "")}))
    changes = {name: form.cleaned_data[name] for name in form.changed_data}
    try:
        following_up.revise(follow_up, changes, by=request.user, now=clock.now(), seen=seen)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=422, **context)
    messages.success(request, f"{follow_up.reference} is saved.")
    return redirect(follow_up)


def _latest_version(follow_up: FollowUp) -> int | str:
    return follow_up.history.values_list("history_id", flat=True).first() or ""


def _as_seen(request: PersonRequest, follow_up: FollowUp) -> FollowUp:
    """The follow-up as it was when its writer opened the form."""
    version = request.POST.get("version", "")
    is_number = version.isascii() and version.isdigit() and len(version) < 19
    record = follow_up.history.filter(history_id=version).first() if is_number else None
    return record.instance if record else follow_up


def _page(request: PersonRequest, form: FollowUpForm, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "postmortems/follow_up_form.html", {"form": form, **context}, status=status)
