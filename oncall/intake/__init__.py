"""The protocols monitoring tools speak: a module each, turning a request into events without the database."""

from collections.abc import Callable, Sequence

from oncall.events import Event

from . import alertmanager

Parser = Callable[[object], Sequence[Event]]

# kind -> parser. Each kind is served at /integrations/<kind>/<key>/.
PARSERS: dict[str, Parser] = {
    "alertmanager": alertmanager.parse,
}
