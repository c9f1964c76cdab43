from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oncall", "0010_overrides_are_told_when_they_were_made"),
    ]

    operations = [
        migrations.AddField(
            model_name="importedcalendar",
            name="changed_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RemoveField(
            model_name="historicalimportedcalendar",
            name="url",
        ),
    ]
