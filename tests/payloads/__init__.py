"""Requests recorded from real programs, exact to the byte: {method, path, headers, body}."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent


def names(prefix=""):
    return sorted(path.stem for path in FOLDER.glob(f"{prefix}*.json"))


def recorded(name):
    """The recorded request whose file name starts with `name`."""
    return json.loads(next(FOLDER.glob(f"{name}*.json")).read_text())


def body(name):
    return recorded(name)["body"].encode()


def document(name):
    return json.loads(recorded(name)["body"])
