from __future__ import annotations

from typing import ClassVar

from django.db import models


class Row(models.Model):
    """As many columns as the lead list shows, and the index that its order needs."""

    number = models.CharField(max_length=64, unique=True)
    customer = models.CharField(max_length=200)
    contact = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    email = models.CharField(max_length=254)
    source = models.CharField(max_length=120)
    industry = models.CharField(max_length=120)
    size = models.CharField(max_length=120)
    region = models.CharField(max_length=120)
    owner = models.CharField(max_length=120)
    stage = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    captured_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Row]] = models.Manager()

    class Meta:
        app_label = "bare"
        indexes: ClassVar = [models.Index(fields=["-captured_at"], name="bare_newest")]

    def __str__(self) -> str:
        return self.number
