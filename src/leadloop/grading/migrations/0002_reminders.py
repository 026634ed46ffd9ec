"""Tags that remind, by when they were put: Today looks for the newest ones."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("grading", "0001_grading")]

    operations: ClassVar = [
        migrations.AddIndex(
            "ruletag",
            models.Index(fields=["-since"], condition=models.Q(remind=True), name="rule_tag_reminder"),
        ),
    ]
