"""One contact with a customer, as it was written down. Words may name people, so they are here and not in
the journal, which knows only that somebody followed up, and when."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leadloop.actions.models import NextAction
from leadloop.customers.models import Contact
from leadloop.leads.models import Lead
from leadloop.playbook.models import ScriptVersion


class Way(models.TextChoices):
    PHONE = "phone", pgettext_lazy("way of a contact", "phone")
    VISIT = "visit", pgettext_lazy("way of a contact", "visit")
    WECHAT = "wechat", pgettext_lazy("way of a contact", "WeChat")
    EMAIL = "email", pgettext_lazy("way of a contact", "e-mail")
    MEETING = "meeting", pgettext_lazy("way of a contact", "meeting")
    DEMO = "demo", pgettext_lazy("way of a contact", "demo")


class Mood(models.TextChoices):
    POSITIVE = "positive", pgettext_lazy("mood of the customer", "positive")
    HESITANT = "hesitant", pgettext_lazy("mood of the customer", "hesitant")
    NEGATIVE = "negative", pgettext_lazy("mood of the customer", "negative")
    SILENT = "silent", pgettext_lazy("mood of the customer", "no answer")


class FollowUp(models.Model):
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="followups", db_index=False)
    event_id = models.BigIntegerField(unique=True)
    """The row of the journal that says so: the newest one, when the time was corrected."""
    at = models.DateTimeField(_("time"))
    logged_at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    """Nobody: the program, for a demo or a bench."""
    way = models.CharField(pgettext_lazy("follow-up", "way"), max_length=8, choices=Way)
    mood = models.CharField(pgettext_lazy("follow-up", "mood"), max_length=8, choices=Mood)
    with_contacts = models.ManyToManyField(
        Contact, blank=True, related_name="followups", verbose_name=pgettext_lazy("follow-up", "with")
    )
    feedback = models.TextField(_("what the customer said"), blank=True)
    pains = models.TextField(_("pain points"), blank=True)
    touched_need = models.BooleanField(_("need"), default=False)
    touched_solution = models.BooleanField(_("solution"), default=False)
    touched_objection = models.BooleanField(_("objection"), default=False)
    script_version = models.ForeignKey(
        ScriptVersion, models.PROTECT, null=True, blank=True, related_name="followups"
    )
    completes = models.ForeignKey(
        NextAction, models.SET_NULL, null=True, blank=True, related_name="followups"
    )
    late = models.BooleanField(default=False)
    """Written down after the working day of the contact; as it was when it was written down."""
    version = models.PositiveIntegerField(default=1)
    """Grows with every edit; the former ones are :class:`FollowUpVersion`."""
    key = models.CharField(max_length=64, blank=True, default="")
    """Given by the door with one submission, so that sending it twice makes one record."""

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes: ClassVar = [
            models.Index(fields=["lead", "-at"], name="followup_of_lead"),
            models.Index(fields=["by", "-at"], name="followup_by"),
            models.Index(fields=["at"], name="followup_at"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead", "key"], condition=~models.Q(key=""), name="followup_sent_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.at:%Y-%m-%d %H:%M}"


class FollowUpVersion(models.Model):
    """What a record said before somebody corrected it."""

    followup = models.ForeignKey(FollowUp, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    values = models.JSONField()
    """The columns that a person may change, as they were; contacts and script as numbers."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Who replaced it, and when."""
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["followup", "number"], name="followup_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.followup_id} v{self.number}"


class Attachment(models.Model):
    """A file that somebody attached. The bytes lie in the data directory under ``key``."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="attachments", db_index=False)
    followup = models.ForeignKey(FollowUp, models.CASCADE, null=True, blank=True, related_name="attachments")
    """None: uploaded, and the form is not saved yet."""
    key = models.CharField(max_length=32, unique=True)
    """Random; also the name on disk."""
    name = models.CharField(max_length=255)
    """As the person called it, without signs that would make it another name when shown."""
    kind = models.CharField(max_length=8)
    """Key of :data:`leadloop.followup.file_types.TYPES`: what its content is, not what it says."""
    size = models.BigIntegerField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes: ClassVar = [
            models.Index(fields=["lead"], name="attachment_of_lead"),
            models.Index(
                fields=["uploaded_at"], name="attachment_waiting", condition=models.Q(followup=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name
