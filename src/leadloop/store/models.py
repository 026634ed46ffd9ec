from __future__ import annotations

from uuid import uuid4

from django.db import models


class Identity(models.Model):
    """One row that tells this database from any other, so that a store is never read beside the wrong one."""

    name = models.UUIDField(default=uuid4, editable=False)

    def __str__(self) -> str:
        return str(self.name)
