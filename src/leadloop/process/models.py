"""Sales processes: versions, stages, gates, loss reasons. A version is never changed once it is live."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

NOT_STATED = "not_stated"
"""Key of the reason of a lost lead whose file names none. Only imports use it."""


class TwoNames(models.Model):
    """A name in both languages, shown in the reader's."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=120)
    name_en = models.CharField(_("name (English)"), max_length=120)

    class Meta:
        abstract = True

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    def __str__(self) -> str:
        return self.name


class Process(TwoNames):
    key = models.SlugField(unique=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "is_default", condition=models.Q(is_default=True), name="one_default_process"
            )
        ]


class Version(models.Model):
    """One published state of a process and its policies (time limits, cadence, pool … as data)."""

    process = models.ForeignKey(Process, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True, blank=True)
    policies = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["process", "number"], name="version_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.process} v{self.number}"


class Stage(TwoNames):
    """A step of a process. ``key`` is the same over versions."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="stages")
    key = models.SlugField()
    position = models.PositiveSmallIntegerField()
    definition_zh = models.TextField(blank=True)
    definition_en = models.TextField(blank=True)
    probability_low = models.PositiveSmallIntegerField()
    probability_high = models.PositiveSmallIntegerField()
    expected_days = models.FloatField(null=True, blank=True)
    owner_role = models.CharField(max_length=12)
    canonical = models.PositiveSmallIntegerField()
    qualifying = models.BooleanField(default=False)
    won = models.BooleanField(default=False)
    gate = models.JSONField(default=list)
    """Criteria as data: [{"kind": "field", "field": "industry", "hard": true}, …]."""

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "key"], name="stage_key_once"),
            models.UniqueConstraint(fields=["version", "position"], name="stage_position_once"),
            models.CheckConstraint(
                condition=models.Q(canonical__gte=1, canonical__lte=6), name="stage_canonical_1_to_6"
            ),
        ]


class LossReason(TwoNames):
    """Two levels; shared by all processes."""

    key = models.SlugField(unique=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    needs_note = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
