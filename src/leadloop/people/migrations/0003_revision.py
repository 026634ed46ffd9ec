from __future__ import annotations

import uuid

from django.db import migrations, models


def first_mark(apps, schema_editor):
    apps.get_model("people", "Revision").objects.create(id=1, mark=uuid.uuid4().hex)


class Migration(migrations.Migration):
    dependencies = [("people", "0002_api_tokens")]

    operations = [
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=40)),
            ],
        ),
        migrations.RunPython(first_mark, migrations.RunPython.noop),
    ]
