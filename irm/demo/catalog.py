"""What can break, where events come in, and how they find their team."""

from irm.demo.company import Company
from oncall.models import Integration, Route, Service, Severity

KEY = "demo0000000000000000000000000000"
STAGING_KEY = "demo0000000000000000000000000001"

SERVICES = (
    ("checkout-api", "payments", 1, "Takes orders and asks for payment.", "Checkout"),
    ("card-gateway", "payments", 1, "Talks to the card networks.", "Card payments"),
    ("payments-ledger", "payments", 2, "Keeps what was paid, by whom and for what.", ""),
    ("login", "platform", 1, "Who is who: sign-in for shoppers and staff.", "Login"),
    ("postgres-main", "platform", 1, "The main database cluster, two replicas.", ""),
    ("message-bus", "platform", 2, "Carries events between services.", ""),
    ("edge", "platform", 1, "Names, certificates and load balancers.", ""),
    ("storefront-web", "storefront", 1, "The pages shoppers see.", "Shop"),
    ("cart-service", "storefront", 2, "Remembers what is in the cart.", ""),
    ("image-resizer", "storefront", 3, "Makes pictures the right size.", ""),
    ("search-api", "search", 1, "Answers what shoppers type.", "Search"),
    ("search-indexer", "search", 2, "Keeps the index as fresh as the catalogue.", ""),
)


def stock(company: Company) -> None:
    """Make services, integrations and routes."""
    company.severities = {severity.name: severity for severity in Severity.objects.all()}
    for name, team, tier, description, public_name in SERVICES:
        company.services[name] = Service.objects.create(
            name=name,
            slug=name,
            team=company.teams[team],
            tier=tier,
            description=description,
            public_name=public_name,
            runbook_url=f"https://wiki.example.com/runbooks/{name}",
        )
    _integrations(company)
    _routes(company)


def _routes(company: Company) -> None:
    """Certificates can wait; an event that names its service is about it; the rest is about checkout."""
    production = company.integrations["production"]
    Route.objects.create(
        name="Certificates wait for the day",
        position=10,
        integration=production,
        matchers='alertname="CertificateExpiresSoon"',
        service=company.services["edge"],
        severity=company.severities["SEV4"],
        policy=company.policies["daytime"],
    )
    for number, (name, service) in enumerate(company.services.items(), start=2):
        Route.objects.create(
            name=f"About {name}",
            position=number * 10,
            integration=production,
            matchers=f'service="{name}"',
            service=service,
        )


def _integrations(company: Company) -> None:
    company.integrations["production"] = Integration.objects.create(
        name="Alertmanager, production",
        team=company.teams["payments"],
        key=KEY,
        service=company.services["checkout-api"],
        severity=company.severities["SEV2"],
    )
    company.integrations["staging"] = Integration.objects.create(
        name="Alertmanager, staging",
        team=company.teams["platform"],
        key=STAGING_KEY,
        severity=company.severities["SEV4"],
        policy=company.policies["daytime"],
    )
