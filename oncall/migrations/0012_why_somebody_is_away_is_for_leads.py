from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oncall", "0011_calendars_tell_when_they_moved_shifts"),
    ]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="reason",
            field=models.CharField(
                blank=True,
                help_text="Such as “Holiday”. Shown to leads and managers; leave it empty if private.",
                max_length=100,
            ),
        )
        for name in ("absence", "historicalabsence")
    ]
