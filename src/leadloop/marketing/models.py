"""Campaigns, and what channels and campaigns cost. The channels themselves belong to the leads."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from leadloop.leads.models import Channel


class Campaign(models.Model):
    """A spend with a period, in a channel. Leads name it in their text field ``campaign``."""

    name = models.CharField(_("campaign"), max_length=120, unique=True)
    channel = models.ForeignKey(
        Channel,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("channel"),
    )
    start = models.DateField(_("first day"))
    end = models.DateField(_("day after the last"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-start", "name"]
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="campaign_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name


class Cost(models.Model):
    """An amount for a period, of a channel or of a campaign. Periods of several may overlap."""

    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, blank=True, related_name="costs", verbose_name=_("channel")
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="costs", verbose_name=_("campaign")
    )
    start = models.DateField(_("first day"))
    end = models.DateField(_("day after the last"))
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    note = models.CharField(_("note"), max_length=200, blank=True)
    """What it was for; tells two costs of one period apart."""
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-start", "id"]
        verbose_name = _("cost")
        verbose_name_plural = _("costs")
        indexes: ClassVar = [models.Index(fields=["start", "end"], name="cost_by_period")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="cost_ends_after_start"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="cost_not_negative"),
            models.CheckConstraint(
                condition=Q(channel__isnull=False) ^ Q(campaign__isnull=False),
                name="cost_of_channel_or_campaign",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
