"""Whether an import's leads were graded and given to people; those of earlier versions count as done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models.functions import Coalesce


def done_long_ago(apps: Any, schema_editor: Any) -> None:
    """Leads of earlier imports wait where people left them: nobody is to get them all at once now."""
    found = apps.get_model("imports", "Import").objects.using(schema_editor.connection.alias)
    found.exclude(finished_at=None).update(looked_over_at=Coalesce("finished_at", "created_at"))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("imports", "0001_imports")]

    operations: ClassVar = [
        migrations.AddField("import", "assigned", models.PositiveIntegerField(default=0)),
        migrations.AddField("import", "looked_over_at", models.DateTimeField(null=True)),
        migrations.RunPython(done_long_ago, migrations.RunPython.noop, elidable=True),
    ]
