"""What can go wrong, by meaning. Edges turn these into an answer, a message or a retry."""


class NotAllowed(Exception):
    """The state of things forbids it; the text says why, in words for a person."""


class BadPayload(Exception):
    """A request that its protocol does not allow; the text says what is wrong with it."""


class BadCalendar(Exception):
    """A calendar that cannot be read; the text says why, in words for a person."""


class DeliveryError(Exception):
    """A message could not be handed over. Permanent: another try cannot succeed."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
