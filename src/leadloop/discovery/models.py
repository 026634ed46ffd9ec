"""What the customer said about the need, by the four parts of SPIN, with everything that was said before."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.leads.models import Lead
from leadloop.playbook.models import Part, ScriptVersion


class Answer(models.Model):
    """One thing learned. A part may have several; it is answered while one of them is not removed."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="answers")
    part = models.CharField(_("part"), max_length=1, choices=Part)
    prompt = models.ForeignKey(ScriptVersion, models.SET_NULL, null=True, blank=True, related_name="+")
    """The questions that stood beside the field."""
    text = models.TextField(_("answer"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    """When it was first written down."""
    follow_up = models.BigIntegerField(null=True, blank=True)
    """Number of the follow-up with which it was logged."""
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        verbose_name = _("answer")
        verbose_name_plural = _("answers")

    def __str__(self) -> str:
        return f"{self.lead_id} {self.part}"


class AnswerVersion(models.Model):
    """What an answer said before it was changed."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="earlier")
    number = models.PositiveIntegerField()
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    """When it was written."""

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["answer", "number"], name="answer_version_once")
        ]


class Discovery(models.Model):
    """How far one lead is: what lists show and ask for. A lead without a row has no answer."""

    lead = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="discovery")
    parts = models.CharField(max_length=4, blank=True)
    """Letters of the answered parts, in their order."""
    done = models.PositiveSmallIntegerField(_("parts answered"), default=0)
    complete = models.BooleanField(_("complete"), default=False)
    """Every part that the policy asked for was there when the row was last written."""

    class Meta:
        verbose_name = _("need discovery")
        verbose_name_plural = _("need discoveries")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(done__gte=0, done__lte=4), name="discovery_0_to_4_parts"
            ),
        ]
