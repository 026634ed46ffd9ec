"""What the team knows how to say: scripts with their versions, and where they were used.

A version holds everything about a script, so that two of them can be compared, and is never changed once it
is published. The version that holds is the script's ``live``.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Purpose(models.TextChoices):
    OPENING = "opening", _("Opening")
    QUESTION = "question", _("Questions")
    VALUE = "value", pgettext_lazy("purpose of a script", "Value")
    OBJECTION = "objection", _("Objection")
    SPIN = "spin", _("Need discovery")


class Part(models.TextChoices):
    """The four parts of need discovery, in the order in which a talk goes through them."""

    SITUATION = "s", _("Situation")
    PROBLEM = "p", _("Problem")
    IMPLICATION = "i", _("Implication")
    PAYOFF = "n", _("Need-payoff")


class Language(models.TextChoices):
    CHINESE = "zh", _("Chinese")
    ENGLISH = "en", _("English")


class Script(models.Model):
    key = models.SlugField(max_length=80, unique=True)
    live = models.ForeignKey("ScriptVersion", models.PROTECT, null=True, blank=True, related_name="+")
    """The version that holds; none while there is only a draft."""
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("script")
        verbose_name_plural = _("scripts")

    def __str__(self) -> str:
        return self.key


class ScriptVersion(models.Model):
    """Without ``published_at`` a draft: a script has one at most, and only those who write see it."""

    script = models.ForeignKey(Script, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    part = models.CharField(_("part"), max_length=1, choices=Part, blank=True)
    industry = models.CharField(_("industry"), max_length=200, blank=True)
    """Words, one of which the industry of a lead or its process contains; empty: for every industry."""
    grades = models.CharField(_("grades"), max_length=3, blank=True)
    """Letters, such as AB; empty: for every grade."""
    stages = models.CharField(_("stages"), max_length=300, blank=True)
    """Keys, with commas; empty: in every stage."""
    language = models.CharField(_("language"), max_length=2, choices=Language)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"))
    """Of need discovery: a question on each line."""
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    """None: it came with the application."""
    at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["script", "number"]
        verbose_name = _("version of a script")
        verbose_name_plural = _("versions of a script")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["script", "number"], name="script_version_once"),
            models.UniqueConstraint(
                fields=["script"], condition=models.Q(published_at=None), name="script_one_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(models.Q(purpose="spin") & ~models.Q(part=""))
                | models.Q(~models.Q(purpose="spin") & models.Q(part="")),
                name="script_part_of_spin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class ScriptUse(models.Model):
    """That a person used a version with a lead, once a day. By number: leads are another package's."""

    version = models.ForeignKey(ScriptVersion, models.PROTECT, related_name="uses")
    lead_id = models.BigIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("use of a script")
        verbose_name_plural = _("uses of scripts")
        indexes: ClassVar = [models.Index(fields=["lead_id"], name="script_use_lead")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "lead_id", "by", "day"], name="script_use_once_a_day"),
        ]
