import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oncall", "0009_new_schedules_are_looked_at_now"),
    ]

    operations = [
        migrations.AlterField(
            model_name="historicaloverride",
            name="created_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, help_text="The newest of overlapping overrides wins."
            ),
        ),
        migrations.AlterField(
            model_name="override",
            name="created_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, help_text="The newest of overlapping overrides wins."
            ),
        ),
    ]
