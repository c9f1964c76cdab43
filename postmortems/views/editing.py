"""Writing a postmortem, also when somebody else writes it at the same time."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from incidents.models import TimelineEntry
from irm.lib.access import requires
from oncall.errors import NotAllowed
from oncall.requests import PersonRequest
from postmortems.forms import PostmortemForm
from postmortems.models import Postmortem
from postmortems.revising import EDITABLE, Revision, last_editor, revise

MAY = ("postmortems.view_postmortem", "postmortems.write")


@requires(*MAY)
def edit_postmortem(request: PersonRequest, pk: int) -> HttpResponse:
    review = get_object_or_404(Postmortem.objects.select_related("owner"), pk=pk)
    if request.method != "POST":
        if review.status not in EDITABLE:
            messages.info(request, "Take it back to draft to change its text.")
            return redirect(review)
        return _page(request, review, PostmortemForm(instance=review, initial={"version": review.version}))
    form = PostmortemForm(request.POST, instance=review)
    is_valid = form.is_valid()
    review = Postmortem.objects.get(pk=pk)  # validating wrote the form into the instance
    if "preview" in request.POST:
        return _page(request, review, form, preview=request.POST["preview"])
    if not is_valid:
        return _page(request, review, form, status=422)
    return _save(request, review, form)


def _save(request: PersonRequest, review: Postmortem, form: PostmortemForm) -> HttpResponse:
    try:
        ending = revise(review, form.written(), seen_version=form.cleaned_data["version"], by=request.user)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _page(request, review, form, status=409)
    if ending.clashes:
        return _clash(request, form, ending)
    if ending.joined:
        messages.info(request, f"{last_editor(review)} saved other parts meanwhile. Both changes are in.")
    else:
        messages.success(request, f"{review.reference} is saved.")
    return redirect("postmortems:postmortem-edit" if "stay" in request.POST else review, *_stay_args(request, review))


def _stay_args(request: PersonRequest, review: Postmortem) -> list[int]:
    return [review.pk] if "stay" in request.POST else []


def _clash(request: PersonRequest, form: PostmortemForm, ending: Revision) -> HttpResponse:
    """Both texts on one page. Saving again then knows the other one's version and is a decision, not an accident."""
    data = request.POST.copy()
    data["version"] = str(ending.current.version)
    for name in ending.joined:
        value = getattr(ending.current, f"{name}_id" if name == "owner" else name)
        data[name] = "" if value is None else str(value)
    again = PostmortemForm(data, instance=Postmortem.objects.get(pk=ending.current.pk))
    again.is_valid()
    editor = last_editor(ending.current)
    theirs = {name: getattr(ending.current, name) or "nothing" for name in ending.clashes}
    again.add_error(
        None,
        f"{editor} saved while you were writing. Nothing is lost: your text is below, and theirs stands beside it "
        "where you both changed something. Bring the two together, then save again.",
    )
    return _page(request, ending.current, again, theirs=theirs, editor=editor, status=409)


def _page(
    request: PersonRequest,
    review: Postmortem,
    form: PostmortemForm,
    *,
    preview: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    theirs = more.get("theirs", {})
    context = {
        "postmortem": review,
        "form": form,
        "sections": [_section(form, name, theirs, preview) for name in Postmortem.SECTIONS],
        "missing": review.missing_sections,
        "timeline": _timeline(review),
        "preview": preview,
        "theirs": theirs,
        "editor": more.get("editor", ""),
    }
    return render(request, "postmortems/edit.html", context, status=status)


def _section(form: PostmortemForm, name: str, theirs: dict[str, str], preview: str) -> dict[str, Any]:
    return {
        "name": name,
        "field": form[name],
        "is_required": name in Postmortem.REQUIRED_SECTIONS,
        "theirs": theirs.get(name),
        "preview": form[name].value() if preview == name else None,
    }


def _timeline(review: Postmortem) -> dict[str, int]:
    """How much of the timeline there is, and how much of it is shown."""
    lines = TimelineEntry.objects.filter(incident__postmortems=review)
    return lines.aggregate(all=Count("pk"), chosen=Count("pk", Q(is_in_postmortem=True)))


@require_POST
@requires(*MAY)
def preview_section(request: PersonRequest, pk: int, section: str) -> HttpResponse:
    """How one section will read: a fragment for the edit page."""
    name = section.replace("-", "_")
    if name not in Postmortem.SECTIONS or not Postmortem.objects.filter(pk=pk).exists():
        raise Http404(section)
    return render(request, "postmortems/_preview.html", {"text": request.POST.get(name, "")})
