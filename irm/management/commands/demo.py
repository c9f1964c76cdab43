"""Make the demo company."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from irm.demo.catalog import KEY
from irm.demo.founding import NotEmpty, found, is_demo, is_empty
from irm.demo.people import PASSWORD
from irm.lib import clock

LOGINS = {
    "manager": "sets everything up",
    "responder": "is on call for Payments right now",
    "leadership": "reads along",
}
TOLD = """
{state}: {url}

Log in as one of these; the password is “{password}”.
{logins}

Page the responder:
curl -X POST {url}{intake} -H 'Content-Type: application/json' -d '{payload}'
"""
NOT_MADE = "There is data already: the demo company is not made."
PAYLOAD = (
    '{"version": "4", "status": "firing", "alerts": [{"status": "firing", "fingerprint": "hello", '
    '"labels": {"alertname": "CheckoutErrors", "severity": "critical", "service": "checkout-api"}, '
    '"annotations": {"summary": "Half of all checkouts fail"}}]}'
)


class Command(BaseCommand):
    help = "Makes a believable demo company in an empty irm. It never changes data that is there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing, and succeed, where there is data already."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["if_empty"] and not is_empty():
            self.stdout.write(self.told("The demo company is here") if is_demo() else NOT_MADE)
            return
        try:
            found(clock.now())
        except NotEmpty as refusal:
            raise CommandError(
                "There is data already, and the demo company is never mixed with it. Nothing was changed. "
                "Use an empty database: DATA=./demo-data python manage.py migrate, then demo."
            ) from refusal
        self.stdout.write(self.told("The demo company is ready"))

    def told(self, state: str) -> str:
        """Where to log in, and how to see a page."""
        intake = reverse("oncall:intake-alertmanager", args=[KEY])
        logins = "\n".join(f"  {name:<11} {what}" for name, what in LOGINS.items())
        return TOLD.format(
            state=state, url=settings.PUBLIC_URL, password=PASSWORD, logins=logins, intake=intake, payload=PAYLOAD
        )
