"""Mail, by Django's SMTP backend. Without a mail server configured, mails are kept and can be read on Messages."""

import re
import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email

from oncall.channels.message import Channel, Handed, Message
from oncall.errors import DeliveryError

# Our own mark: an inbound mail that carries it is ours and must not become an alert.
MARK = "X-Irm-Notification"
REFUSED_FOR_GOOD = range(500, 600)
NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9.-]")


def send(message: Message) -> Handed:
    """Hand one mail to the configured server. Raises DeliveryError."""
    host = urlsplit(settings.PUBLIC_URL).hostname
    message_id = f"<{NOT_IN_AN_ID.sub('-', message.key)}@{host}>"
    if settings.KEEP_MAILS:
        return Handed(message_id, is_kept=True)
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),
        body=message.body,
        to=[message.to],
        headers={
            "Message-ID": message_id,
            "Auto-Submitted": "auto-generated",
            MARK: message.key,
            **_threading(message.thread, host),
        },
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        raise DeliveryError(f"{code} {_text(reason)}", permanent=code in REFUSED_FOR_GOOD) from error
    except smtplib.SMTPResponseException as error:
        # The server refuses us or the mail, not the person: another try may find it mended.
        raise DeliveryError(f"{error.smtp_code} {_text(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"mail server: {error}") from error
    return Handed(message_id)


def _threading(thread: str, host: str | None) -> dict[str, str]:
    """Mails about one thing refer to the same made-up first mail, so that mail programs show them together."""
    if not thread:
        return {}
    root = f"<{thread}@{host}>"
    return {"References": root, "In-Reply-To": root}


def _text(reason: bytes | str) -> str:
    return reason.decode(errors="replace") if isinstance(reason, bytes) else reason


CHANNEL = Channel(label="E-mail", send=send, validate=validate_email)
