"""What every channel takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One rendered message. `key` is the same for every attempt, so that a provider can drop a second copy."""

    key: str
    to: str
    subject: str
    body: str
    html: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """A message was handed over. `is_kept`: nowhere to send it, so it can only be read here."""

    provider_id: str
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Channel:
    """A medium. `send` raises DeliveryError, `validate` a ValidationError about an address."""

    label: str
    send: Callable[[Message], Handed]
    validate: Callable[[str], None]

    def accepts(self, address: str) -> bool:
        try:
            self.validate(address)
        except ValidationError:
            return False
        return True
