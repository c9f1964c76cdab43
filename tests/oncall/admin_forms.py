"""What tests of the settings share: a form as the browser would send it, changed here and there."""

from django.urls import reverse


def form_of(answer):
    """What the browser would send back unchanged."""
    forms = [answer.context["adminform"].form]
    for inline in answer.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if hasattr(bound.field.widget, "decompress"):
                parts = value if isinstance(value, list) else bound.field.widget.decompress(value)
                for number, part in enumerate(parts):
                    fields[f"{bound.html_name}_{number}"] = "" if part is None else part
            elif value is not None and value is not False:
                fields[bound.html_name] = value
    return fields


def save(client, path, **changes):
    answer = client.get(path)
    assert answer.status_code == 200
    saved = client.post(path, form_of(answer) | changes)
    problems = saved.context and [
        saved.context["errors"],
        *(f.formset.errors for f in saved.context["inline_admin_formsets"]),
    ]
    assert saved.status_code == 302, problems
    return saved


def change(record):
    return reverse(f"admin:oncall_{record._meta.model_name}_change", args=[record.pk])
