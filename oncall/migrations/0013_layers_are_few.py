import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("oncall", "0012_why_somebody_is_away_is_for_leads"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="schedulewatch",
            options={"verbose_name_plural": "schedule watches"},
        ),
        migrations.AlterField(
            model_name="historicalimportedcalendar",
            name="layer",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="Used as a rotation: a higher layer wins where it has somebody.",
                validators=[django.core.validators.MaxValueValidator(1000)],
            ),
        ),
        migrations.AlterField(
            model_name="historicalrotation",
            name="layer",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="A higher layer wins where it has somebody. Rotations on the same layer are on call together.",
                validators=[django.core.validators.MaxValueValidator(1000)],
            ),
        ),
        migrations.AlterField(
            model_name="importedcalendar",
            name="layer",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="Used as a rotation: a higher layer wins where it has somebody.",
                validators=[django.core.validators.MaxValueValidator(1000)],
            ),
        ),
        migrations.AlterField(
            model_name="rotation",
            name="layer",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="A higher layer wins where it has somebody. Rotations on the same layer are on call together.",
                validators=[django.core.validators.MaxValueValidator(1000)],
            ),
        ),
        migrations.AddConstraint(
            model_name="importedcalendar",
            constraint=models.CheckConstraint(
                condition=models.Q(("layer__lte", 1000)), name="imported_calendar_layer_up_to_1000"
            ),
        ),
        migrations.AddConstraint(
            model_name="rotation",
            constraint=models.CheckConstraint(
                condition=models.Q(("layer__lte", 1000)), name="rotation_layer_up_to_1000"
            ),
        ),
    ]
