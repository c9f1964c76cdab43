from django.db import migrations, models


class Migration(migrations.Migration):
    """A note's form knows itself again; nobody is assigned a role by somebody else."""

    dependencies = [("incidents", "0002_shipped_role_types")]
    operations = [
        migrations.AddField(
            model_name="timelineentry",
            name="form_key",
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="roleassignment",
            name="source",
            field=models.CharField(
                choices=[("on_call", "on call"), ("declared", "declared the incident"), ("taken", "took it")],
                default="on_call",
                max_length=10,
            ),
        ),
    ]
