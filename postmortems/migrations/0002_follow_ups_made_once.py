from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("postmortems", "0001_postmortems_followups")]
    operations = [
        migrations.AddField(
            model_name="followup",
            name="form_key",
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
    ]
