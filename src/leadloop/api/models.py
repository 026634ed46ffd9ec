"""What was answered to a request that named itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from leadloop.people.models import ApiToken


class Answer(models.Model):
    """The answer to the first request with this ``Idempotency-Key``; given again to every later one."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    """Of the request: the same key with another one is a mistake of the sender."""
    created_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    """Null while the work is going on."""
    body = models.TextField(blank=True)
    results = models.JSONField(default=list)
    """Of the items of a batch that are done, while the rest is not."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["token", "key"], name="answer_once")]

    def __str__(self) -> str:
        return self.key
