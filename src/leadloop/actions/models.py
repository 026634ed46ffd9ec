"""Next actions: what somebody has planned to do about a lead, and how often it was put off."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from leadloop.leads.models import Lead, State

MOST_TITLE, MOST_REASON = 200, 200


class Kind(models.TextChoices):
    CALL = "call", pgettext_lazy("next action", "Call")
    VISIT = "visit", _("Visit")
    WECHAT = "wechat", _("WeChat message")
    EMAIL = "email", pgettext_lazy("next action", "E-mail")
    MEETING = "meeting", _("Meeting")
    DEMO = "demo", pgettext_lazy("next action", "Demo")
    SEND = "send", _("Send something")
    OTHER = "other", pgettext_lazy("next action", "Something else")


class Priority(models.TextChoices):
    HIGH = "high", pgettext_lazy("priority", "High")
    NORMAL = "normal", pgettext_lazy("priority", "Normal")
    LOW = "low", pgettext_lazy("priority", "Low")


class Repeat(models.TextChoices):
    NO = "", pgettext_lazy("repeat", "Once")
    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class ActionQuerySet(models.QuerySet["NextAction"]):
    def open(self) -> ActionQuerySet:
        """Neither done nor dropped, of a lead that is still worked on."""
        return self.filter(done_at=None, dropped_at=None, lead__state=State.OPEN)


class NextAction(models.Model):
    """One thing to do. Of a repeating one each occurrence is a row, made when the one before it ends."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="actions", db_index=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="next_actions", db_index=False
    )
    title = models.CharField(_("what"), max_length=MOST_TITLE, blank=True)
    """Empty: the kind says it all."""
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.CALL)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority, default=Priority.NORMAL)
    due_at = models.DateTimeField(_("due"))
    """Without a time of day: the last second of the day."""
    due_on = models.DateField(_("day"))
    """The day in the owner's zone. Whole-day actions stay on it wherever they are read."""
    has_time = models.BooleanField(default=False)
    repeat = models.CharField(_("repeat"), max_length=7, choices=Repeat, default=Repeat.NO, blank=True)
    every = models.PositiveSmallIntegerField(default=1)
    until = models.DateField(null=True, blank=True)
    series_from = models.DateField(null=True, blank=True)
    """The day that a repetition counts from: the 31st comes back after a February."""
    moves = models.PositiveSmallIntegerField(default=0)
    """How often it was put off."""
    remind_at = models.DateTimeField(null=True, blank=True)
    """When its owner is told; null: nothing is left to tell."""
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    drop_reason = models.CharField(max_length=MOST_REASON, blank=True)
    """What somebody wrote, or one of the causes of :mod:`.wording`."""
    uid = models.UUIDField(default=uuid.uuid4, editable=False)
    """By which calendars know it."""
    sequence = models.PositiveIntegerField(default=0)
    """Grows with every change that a calendar shows."""

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "id"]
        verbose_name = _("next action")
        verbose_name_plural = _("next actions")
        indexes: ClassVar = [
            models.Index(
                fields=["lead", "due_at"],
                condition=models.Q(done_at=None, dropped_at=None),
                name="action_open_of_lead",
            ),
            models.Index(
                fields=["owner", "due_at"],
                condition=models.Q(done_at=None, dropped_at=None),
                name="action_open_of_owner",
            ),
            models.Index(
                fields=["remind_at"], condition=models.Q(remind_at__isnull=False), name="action_remind"
            ),
            models.Index(fields=["lead", "-created_at"], name="action_of_lead"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(dropped_at=None), name="action_ends_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(Kind(self.kind).label)

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None


class Shift(models.Model):
    """Actions that were moved together, so that it can be taken back together."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.by_id}: {self.at}"


class Postponement(models.Model):
    """One move of an action to another moment; to a later day with the reason."""

    action = models.ForeignKey(NextAction, models.CASCADE, related_name="postponements")
    from_due = models.DateTimeField()
    to_due = models.DateTimeField()
    from_has_time = models.BooleanField(default=False)
    later = models.BooleanField(default=True)
    """Put off to a later day; only that counts."""
    reason = models.CharField(max_length=MOST_REASON, blank=True)
    """One of ``rules.REASONS``, or what somebody wrote."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    """Whose action it was then."""
    team_id = models.BigIntegerField(null=True)
    """The team of the lead then."""
    at = models.DateTimeField()
    shift = models.ForeignKey(Shift, models.SET_NULL, null=True, related_name="moves")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "at"], name="postponement_by_owner"),
            models.Index(fields=["at"], name="postponement_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id}: {self.from_due} -> {self.to_due}"


class Feed(models.Model):
    """The secret address of somebody's calendar. Shown once; kept as a hash of its 32 random bytes."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="action_feed")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.user_id)
