from django.db import migrations

SHIPPED = [
    ("commander", "Commander", True, "Leads: decides, delegates, keeps the overview. Does not debug."),
    (
        "operations-lead",
        "Operations lead",
        True,
        "Hands on the system. Owns the investigation and the changes made.",
    ),
    (
        "communications-lead",
        "Communications lead",
        True,
        "Tells others what is known, and when they hear next.",
    ),
    ("responder", "Responder", False, "Helps where the commander asks."),
    ("scribe", "Scribe", True, "Writes down what is seen, decided and done, with the time."),
    ("shadow", "Shadow", False, "Watches and learns."),
]


def ship(apps, schema_editor):
    role_type = apps.get_model("incidents", "RoleType")
    for position, (slug, name, is_single, duties) in enumerate(SHIPPED, start=1):
        role_type.objects.get_or_create(
            slug=slug,
            defaults={"name": name, "is_single": is_single, "duties": duties, "position": position * 10},
        )


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_incidents_roles_timeline")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
