from django.db import migrations

SHIPPED = [
    {
        "rank": 1,
        "name": "SEV1",
        "definition": "Critical: a system is down without a workaround, data is at risk of loss or corruption, "
        "business is severely disrupted, or security is breached.",
        "examples": "Nobody can log in. Payments are lost. Customer data is visible to others.",
        "aliases": "critical, page, emergency, fatal, P1",
        "urgency": "page",
        "ack_minutes": 5,
        "update_minutes": 15,
        "postmortem_days": 1,
    },
    {
        "rank": 2,
        "name": "SEV2",
        "definition": "Major: a significant degradation or a broken key feature; work goes on in a restricted fashion.",
        "examples": "One payment in three fails. Search is empty in one region.",
        "aliases": "major, high, error, P2",
        "urgency": "page",
        "ack_minutes": 15,
        "update_minutes": 30,
        "postmortem_days": 5,
    },
    {
        "rank": 3,
        "name": "SEV3",
        "definition": "Minor: limited impact, and a workaround exists.",
        "examples": "Reports are an hour late. One of three replicas is down.",
        "aliases": "minor, warning, warn, medium, P3",
        "urgency": "page",
        "ack_minutes": 240,
        "update_minutes": 120,
        "postmortem_days": None,
    },
    {
        "rank": 4,
        "name": "SEV4",
        "definition": "Low: cosmetic, or an edge case. It waits for working hours.",
        "examples": "A certificate expires in twelve days. A dashboard shows a wrong unit.",
        "aliases": "low, info, none, informational, P4, P5",
        "urgency": "working_hours",
        "ack_minutes": 1440,
        "update_minutes": None,
        "postmortem_days": None,
    },
]


def ship(apps, schema_editor):
    severity = apps.get_model("oncall", "Severity")
    for fields in SHIPPED:
        severity.objects.get_or_create(rank=fields["rank"], defaults=fields)


class Migration(migrations.Migration):
    dependencies = [("oncall", "0001_people_schedules_policies_alerts")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
