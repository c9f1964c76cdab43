from django.db import migrations


def watch(apps, schema_editor):
    schedules = apps.get_model("oncall", "Schedule").objects.filter(watch=None)
    watches = apps.get_model("oncall", "ScheduleWatch").objects
    watches.bulk_create([watches.model(schedule=schedule) for schedule in schedules.iterator()])


class Migration(migrations.Migration):
    dependencies = [
        ("oncall", "0004_schedules_in_full"),
    ]

    operations = [
        # Back again, the table goes with the migration before.
        migrations.RunPython(watch, migrations.RunPython.noop),
    ]
