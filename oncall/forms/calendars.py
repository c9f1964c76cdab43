"""Which calendar is read, and how it counts."""

from typing import Any

from django import forms
from django.core import signing

from oncall.ical import MOST_BYTES
from oncall.models import ImportedCalendar

KEPT_FOR_S = 24 * 60 * 60
LARGEST_KEPT = 2_000_000


class ImportForm(forms.ModelForm):
    """A calendar from an address or a file. What was read for the preview is what is saved: `kept` carries it."""

    file = forms.FileField(required=False, help_text="An .ics file, 2 MB at most. It is read once.")
    url = forms.CharField(
        label="Address",
        max_length=1000,
        required=False,
        widget=forms.TextInput({"inputmode": "url", "placeholder": "https://", "autocomplete": "off"}),
        help_text="Where the calendar is found, in iCal format. It is read again every hour.",
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    field_order = ["name", "url", "file", "use", "layer"]

    class Meta:
        model = ImportedCalendar
        fields = ["name", "url", "use", "layer"]
        labels = {"use": "How it counts"}
        help_texts = {"use": ""}

    def clean_url(self) -> str:
        """Calendar programs write webcal:// for what is read over https://."""
        url: str = self.cleaned_data["url"].strip()
        for written in ("webcal://", "webcals://"):
            url = f"https://{url[len(written) :]}" if url.lower().startswith(written) else url
        if url and not url.lower().startswith(("http://", "https://")):
            raise forms.ValidationError("Write an address that begins with https:// or webcal://.")
        return url

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 2 MB.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if "url" not in cleaned or "file" not in cleaned:
            return cleaned
        if cleaned["url"] and cleaned["file"]:
            self.add_error("file", "Give an address or a file, not both.")
        elif not (cleaned["url"] or cleaned["file"] or self.content_kept() is not None):
            self.add_error("url", "Give an address, or choose a file below.")
        return cleaned

    def content_kept(self) -> str | None:
        """What the preview showed, if it is about the same address, or the same file."""
        try:
            known = signing.loads(self.data.get("kept", ""), salt="irm.calendar-preview", max_age=KEPT_FOR_S)
        except signing.BadSignature:
            return None
        is_same = known["url"] == self.cleaned_data.get("url") and not self.cleaned_data.get("file")
        content: str = known["content"]
        return content if is_same else None

    def keep(self, content: str) -> bool:
        """Carry this to the next request. False where it is too much."""
        known = {"url": self.cleaned_data["url"], "content": content}
        token = signing.dumps(known, salt="irm.calendar-preview", compress=True)
        self.data = {name: self.data[name] for name in self.data} | {"kept": token}
        return len(token) <= LARGEST_KEPT
