"""Pairs that may be one customer, the searches that found them, and merges with what was before."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.customers.models import Customer


class Job(models.TextChoices):
    SEARCH = "search", _("search")
    MERGE = "merge", _("merging")


class Status(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


UNFINISHED = (Status.WAITING, Status.RUNNING)


class Run(models.Model):
    """One search through all customers, or one merging of all certain pairs: the row is the job."""

    job = models.CharField(max_length=8, choices=Job, default=Job.SEARCH)
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    """Until then a worker is at it; afterwards another may take it up."""
    total = models.PositiveIntegerField(default=0)
    """Customers compared, or pairs to merge."""
    done = models.PositiveIntegerField(default=0)
    """Pairs found, or pairs merged."""
    left_out = models.PositiveIntegerField(default=0)
    """Pairs that could not be merged: already gone, or not this person's to merge."""

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["job"],
                condition=models.Q(status__in=["waiting", "running"]),
                name="one_identity_run_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.pk}"

    @property
    def unfinished(self) -> bool:
        return self.status in UNFINISHED


class Verdict(models.TextChoices):
    OPEN = "open", _("to be decided")
    MERGED = "merged", _("merged")
    DIFFERENT = "different", _("two customers")


class Pair(models.Model):
    one = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    """The older of the two."""
    other = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    probability = models.FloatField()
    certain = models.BooleanField(default=False)
    """Safe to be merged without looking at each."""
    levels: models.JSONField[Any, Any] = models.JSONField(default=list)
    """What was compared and how alike it is, as [field, level]; see ``customers.matching.reasons``."""
    found_at = models.DateTimeField()
    verdict = models.CharField(max_length=9, choices=Verdict, default=Verdict.OPEN)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["verdict", "-probability", "id"], name="pair_likeliest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["one", "other"], name="pair_once"),
            models.CheckConstraint(condition=models.Q(one__lt=models.F("other")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} = {self.other_id}?"


class Merge(models.Model):
    """``absorbed`` stays as a row without keys and leads, so that a merge can be taken back.

    ``before`` holds what the merge changed, personal data included: erasing a person must empty it, too.
    """

    survivor = models.ForeignKey(Customer, models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    before: models.JSONField[Any, Any] = models.JSONField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=models.Q(undone_at=None), name="absorbed_by_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} into {self.survivor_id}"
