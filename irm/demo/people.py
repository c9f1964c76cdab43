"""Sixteen people in four teams around the world."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from irm.demo.company import Company
from irm.groups import ensure_groups
from oncall.models import ContactMethod, Membership, NotificationRule, Team, User

PASSWORD = "demo"  # noqa: S105  printed for everybody to try


class Person(NamedTuple):
    username: str
    name: str
    time_zone: str
    country: str
    team: str = ""
    is_lead: bool = False
    group: str = "Responders"


PEOPLE = (
    Person("manager", "Nadia Costa", "Europe/Lisbon", "PT", group="Managers"),
    Person("leadership", "Greta Lindqvist", "Europe/Stockholm", "SE", group="Leadership"),
    Person("responder", "Luka Novak", "Europe/Berlin", "DE", "payments"),
    Person("mina", "Mina Okafor", "Africa/Lagos", "NG", "payments", is_lead=True),
    Person("jonas", "Jonas Weber", "Europe/Berlin", "DE", "payments"),
    Person("aino", "Aino Virtanen", "Europe/Helsinki", "FI", "payments"),
    Person("priya", "Priya Rao", "Asia/Kolkata", "IN", "platform", is_lead=True),
    Person("omar", "Omar Haddad", "Europe/London", "GB", "platform"),
    Person("diego", "Diego Castro", "America/Bogota", "CO", "platform"),
    Person("kiri", "Kiri Walker", "Pacific/Auckland", "NZ", "platform"),
    Person("grace", "Grace Bennett", "America/New_York", "US", "storefront", is_lead=True),
    Person("tomas", "Tomás Rivera", "America/Chicago", "US", "storefront"),
    Person("elise", "Elise Martin", "America/Toronto", "CA", "storefront"),
    Person("yuki", "Yuki Tanaka", "Asia/Tokyo", "JP", "search", is_lead=True),
    Person("wei", "Wei Zhang", "Asia/Shanghai", "CN", "search"),
    Person("ines", "Ines Silva", "Europe/Lisbon", "PT", "search"),
)
TEAMS = {
    "payments": ("Payments", "Checkout, cards and the ledger. Works from Berlin, Helsinki and Lagos."),
    "platform": ("Platform", "Clusters, databases, login. Follows the sun from Auckland to Bogota."),
    "storefront": ("Storefront", "What shoppers see: pages, cart and images. Works from North America."),
    "search": ("Search", "Finding and recommending products. Works from Tokyo, Shanghai and Lisbon."),
}

# What teams have agreed on: two weeks on end as primary and secondary, then two weeks of rest.
LIMITS = {
    "payments": {
        "longest_stretch_h": 15 * 24,
        "least_rest_h": 12,
        "most_hours_in_4_weeks": 16 * 24,
        "most_weeks_in_a_row": 2,
    },
    "search": {"longest_stretch_h": 14 * 24, "most_weeks_in_a_row": 2},
}


def hire(company: Company) -> None:
    """Make the people, reachable by mail, and their teams."""
    ensure_groups()
    password = make_password(PASSWORD)  # slow on purpose, so made once
    for person in PEOPLE:
        company.people[person.username] = _user(person, password, company)
    for slug, (name, description) in TEAMS.items():
        company.teams[slug] = Team.objects.create(
            slug=slug, name=name, description=description, manager=company.people["manager"], **LIMITS.get(slug, {})
        )
    for person in PEOPLE:
        if person.team:
            Membership.objects.create(
                team=company.teams[person.team],
                user=company.people[person.username],
                role=Membership.Role.LEAD if person.is_lead else Membership.Role.MEMBER,
            )


def _user(person: Person, password: str, company: Company) -> User:
    first_name, last_name = person.name.split(" ", 1)
    user = User.objects.create(
        username=person.username,
        password=password,
        first_name=first_name,
        last_name=last_name,
        email=f"{person.username}@example.com",
        time_zone=person.time_zone,
        country=person.country,
        is_staff=person.group == "Managers",
        date_joined=company.began_at,
    )
    user.groups.add(Group.objects.get(name=person.group))
    mail = ContactMethod.objects.create(
        user=user, channel="email", address=user.email, verified_at=company.began_at + timedelta(hours=1)
    )
    NotificationRule.objects.create(user=user, contact_method=mail)
    return user
