"""Tables to take away, as CSV that spreadsheet programs open well and do not run."""

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """A download called `name`.csv."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")  # without it, spreadsheet programs guess the encoding wrong
    writer = csv.writer(response)
    writer.writerow(headings)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return response


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float)  # runs nothing, and is to be counted with
    return f"'{text}" if text.startswith(_RUNS_AS_FORMULA) and not is_number else text
