from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR) / "templates" / "messages"
TEXTS = sorted(path for path in FOLDER.glob("*/*.txt") if "{{" in path.read_text())


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_message_in_plain_text_is_not_escaped_for_html(path):
    assert "{% autoescape off %}" in path.read_text()


@pytest.mark.parametrize(
    "folder", sorted(path for path in FOLDER.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_every_event_that_is_mailed_has_words_for_any_channel(folder):
    names = {path.name for path in folder.iterdir()}

    assert "subject.txt" not in names or "default.txt" in names
