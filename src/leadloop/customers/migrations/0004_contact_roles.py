"""What a contact has to do with a purchase, and when somebody left."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

ROLES = [
    ("owner", "owner of the business"),
    ("technical", "technical"),
    ("purchasing", "purchasing"),
    ("finance", "finance"),
    ("user", "user"),
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("customers", "0003_fill_company_keys")]

    operations: ClassVar = [
        migrations.AddField("contact", "retired_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "contact",
            "role",
            models.CharField(
                blank=True,
                choices=ROLES,
                db_default="",
                default="",
                max_length=12,
                verbose_name="role in the purchase",
            ),
        ),
    ]
