"""Forms that are shown again with all that was entered, and nothing saved."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from irm.lib.history_admin import HistoryAdmin
from oncall.errors import NotAllowed


class UnsavedAdmin(HistoryAdmin):
    """What an activity refuses is told on the form."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        except NotAllowed as error:
            return self.show_again(request, object_id, form_url, extra_context, [str(error)])
        return answer

    def show_again(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
        refusals: Sequence[str] = (),
    ) -> HttpResponse:
        """The form as it was sent, with these words as its errors."""
        vars(request)["refusals"] = refusals
        shown: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return shown

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        refusals = vars(request).get("refusals")
        if refusals is None:
            return form
        return type("UnsavedForm", (form,), {"is_valid": _unsaved, "refusals": refusals})


def _unsaved(form: ModelForm) -> bool:
    form.full_clean()
    for words in form.refusals:  # type: ignore[attr-defined]  # set above
        form.add_error(None, words)
    return False
