"""Which severity, service and policy an event gets: routes in order, the first match wins."""

from datetime import datetime

from oncall import escalating, matching
from oncall.events import Event
from oncall.models import Alert, EscalationPolicy, Integration, Route, Service, Severity, Team

# What a router reads of its integration; whoever loads the row may fetch it along.
READ_ALONG = (
    "severity",
    "policy",
    "team__policy",
    "team__manager",
    "service__policy",
    "service__team__policy",
    "service__team__manager",
)


class Router:
    """The routes and severities of one integration, read once for all events of a request."""

    def __init__(self, integration: Integration) -> None:
        self.integration = integration
        self.severities = list(Severity.objects.all())
        self.routes = [(matching.parse(route.matchers), route) for route in Route.objects.for_integration(integration)]
        self._plans: dict[tuple[int | None, int | None], dict[str, object]] = {}

    def alert_for(self, event: Event, now: datetime) -> Alert:
        """A new alert for `event`, with its plan copied, not saved."""
        route = self.route_for(event)
        service = (route and route.service) or self.integration.service
        team = service.team if service else self.integration.team
        policy = self._policy(route, service, team)
        return Alert(
            integration=self.integration,
            dedup_key=event.dedup_key,
            title=event.title,
            description=event.description,
            severity=self._severity(event, route),
            service=service,
            team=team,
            policy=policy,
            labels=event.labels,
            links=event.links,
            started_at=event.started_at or now,
            opened_at=now,
            last_event_at=now,
            plan=self._plan(policy, team),
        )

    def route_for(self, event: Event) -> Route | None:
        return next((route for matchers, route in self.routes if matching.match(matchers, event.labels)), None)

    def severity_for(self, event: Event) -> Severity:
        """What the route says, else what the event says in its own word, else the integration's."""
        return self._severity(event, self.route_for(event))

    def _severity(self, event: Event, route: Route | None) -> Severity:
        if route and route.severity:
            return route.severity
        word = event.severity.strip().casefold()
        named = next((severity for severity in self.severities if word in severity.words), None)
        return named or self.integration.severity

    def reason(self, alert: Alert) -> str:
        """Whom the alert goes to, for its log."""
        if alert.policy is None:
            return "no policy names anybody to page."
        if alert.next_step_at is None:
            return f"its severity pages nobody (policy {alert.policy})."
        return f"paging by {alert.policy}."

    def _policy(self, route: Route | None, service: Service | None, team: Team | None) -> EscalationPolicy | None:
        wishes = [
            route and route.policy,
            service and service.policy,
            team and team.policy,
            self.integration.policy,
            self.integration.team.policy,
        ]
        return next((policy for policy in wishes if policy), None)

    def _plan(self, policy: EscalationPolicy | None, team: Team | None) -> dict[str, object]:
        key = (policy.pk if policy else None, team.pk if team else None)
        if key not in self._plans:
            self._plans[key] = escalating.plan_for(policy, team).as_json()
        return self._plans[key]
