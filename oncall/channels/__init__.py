"""The media that messages leave by: one file each, and its line here."""

from oncall.channels import email
from oncall.channels.message import Channel

CHANNELS: dict[str, Channel] = {
    "email": email.CHANNEL,
}


def choices() -> list[tuple[str, str]]:
    """For form fields: (name, label)."""
    return [(name, channel.label) for name, channel in CHANNELS.items()]
