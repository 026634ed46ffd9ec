"""Warnings about open leads: which rule, since when, what people did with it and whether it was right."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.leads.models import Lead


class Outcome(models.TextChoices):
    RIGHT = "right", _("right")
    WRONG = "wrong", _("wrong")


class Alert(models.Model):
    """One rule held for one lead, from one beginning on.

    ``anchor`` is what the rule counts from (the last reply, the day the stage was entered): it tells one
    occasion from the next, so that the same one is never told twice and keeps its answer when it comes back.
    """

    id = models.BigAutoField(primary_key=True)
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="alerts", db_constraint=False, db_index=False)
    """Only a number to the database: a check of it would make writers wait for each other in a circle."""
    rule = models.CharField(max_length=20)
    anchor = models.DateTimeField()
    since = models.DateTimeField()
    """When the rule began to hold."""
    facts = models.JSONField(default=dict)
    """What the sentence says beside its moment: days, a count. Nothing personal."""
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """The rule does not hold any more, or the lead is closed."""
    told = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    snoozed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    acted_at = models.DateTimeField(null=True)
    """When somebody planned what was proposed."""
    acted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    action_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=5, choices=Outcome, blank=True, default="")
    outcome_at = models.DateTimeField(null=True)
    outcome_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lead", "rule", "anchor"], name="one_alert_of_an_occasion"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["lead", "rule", "since"],
                condition=models.Q(ended_at__isnull=True),
                name="alert_open",
            ),
            models.Index(
                fields=["since", "id", "lead"],
                condition=models.Q(ended_at__isnull=True),
                name="alert_open_since",
            ),
            models.Index(
                fields=["id"],
                condition=models.Q(told=False, ended_at__isnull=True),
                name="alert_untold",
            ),
            models.Index(
                fields=["rule", "outcome", "lead"],
                condition=~models.Q(outcome=""),
                name="alert_judged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.rule}"


class StageLimit(models.Model):
    """How long the given share of won leads needed at most for a stage, and how many they were."""

    process_id = models.BigIntegerField()
    stage_key = models.SlugField()
    days = models.FloatField()
    won = models.PositiveIntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["process_id", "stage_key"], name="one_limit_of_a_stage")
        ]

    def __str__(self) -> str:
        return f"{self.process_id} {self.stage_key}: {self.days}"


class Progress(models.Model):
    """How far the journal has been followed and the leads been gone through. One row."""

    key = models.CharField(max_length=20, primary_key=True)
    mark = models.CharField(max_length=60)
    filled = models.BooleanField(default=False)
    """The first pass is over: from then on people are told."""
    basis = models.BigIntegerField(null=True)
    """By what the last pass, or the one that goes on, found warnings."""
    passing = models.BigIntegerField(null=True)
    """The lead down to which a pass has come; None: none goes on."""
    passed_at = models.DateTimeField(null=True)
    """When the last pass began."""
    learned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.key}: {self.mark}"
