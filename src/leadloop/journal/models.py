"""The journal: one row per thing that happened to a lead. Only ever added to.

No personal data: ids, stage, reason, amount, and facts such as channel or industry.
On PostgreSQL the table has one more column, ``xid``, filled by the database with the
writing transaction's id; see :mod:`leadloop.journal.reader` for why.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class Event(models.Model):
    id = models.BigAutoField(primary_key=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    """Like the other ids only a number to the database: nobody who has acted is ever deleted."""
    lead_id = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    version_id = models.BigIntegerField()
    stage_id = models.BigIntegerField(null=True)
    reason_id = models.BigIntegerField(null=True)
    second_reason_id = models.BigIntegerField(null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    owner_id = models.BigIntegerField(null=True)
    team_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    """registered: the facts {number, source, source_detail, campaign, industry, size, region, grade,
    expected_amount, currency, customer_id, late}; edited: only the facts that changed."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["lead_id", "occurred_at", "id"], name="event_by_lead")]
