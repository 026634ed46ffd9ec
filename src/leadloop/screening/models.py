"""What is wrong with open leads: one row a lead, rule and field, gone as soon as it is mended."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.leads.models import Lead


class Severity(models.IntegerChoices):
    HIGH = 3, _("high")
    MEDIUM = 2, _("medium")
    LOW = 1, _("low")


class Finding(models.Model):
    """The value itself is not copied here: it may be personal, and it is read from the lead when shown."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="findings", db_index=False)
    rule = models.CharField(max_length=32)
    field = models.CharField(max_length=20)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity)
    found_at = models.DateTimeField()
    mark = models.CharField(max_length=16)
    """A keyed digest of the value: an accepted value that changes afterwards is looked at again."""
    accepted_at = models.DateTimeField(null=True, blank=True)
    """Somebody said that it is right as it is: no longer on the work list."""
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("flaw of a lead")
        verbose_name_plural = _("flaws of leads")
        indexes: ClassVar = [
            models.Index(fields=["severity", "rule", "lead"], name="finding_by_severity"),
            models.Index(fields=["rule", "lead"], name="finding_by_rule"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lead", "rule", "field"], name="finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.field}"
