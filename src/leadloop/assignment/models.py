"""Who is there for leads, what was decided and why, what is about to go back, and who disputes a customer.

The rules themselves are policies of a process version. Ownership is a column of the lead and rows of the
journal; nothing here says a second time whose a lead is.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.customers.models import Customer
from leadloop.leads.models import Lead
from leadloop.people.models import Team
from leadloop.process.models import Version


class Seller(models.Model):
    """How one person takes part in assignment. Without a row: takes leads, with the policy's cap."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="seller")
    takes_leads = models.BooleanField(_("takes leads"), default=True)
    open_leads = models.PositiveIntegerField(_("at most so many open leads"), null=True, blank=True)
    """Instead of the policy's cap; empty is the policy's, zero is no cap."""

    def __str__(self) -> str:
        return str(self.person)


class Experience(models.Model):
    """An industry that a person knows."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="experience")
    industry = models.CharField(_("industry"), max_length=120)

    class Meta:
        ordering: ClassVar = ["industry"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "industry"], name="experience_once")
        ]

    def __str__(self) -> str:
        return self.industry


class Absence(models.Model):
    """Days on which a person gets no leads by rule: both ends belong to it, in the person's time zone."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences")
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["first_day", "id"]
        indexes: ClassVar = [models.Index(fields=["last_day", "first_day"], name="absence_by_day")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="absence_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class Turn(models.Model):
    """A counter that one transaction at a time may draw from; see :mod:`.turns`."""

    key = models.CharField(max_length=60, primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.last}"


class Share(models.Model):
    """When it was somebody's turn last under one rule. Round robin gives to whoever waited longest."""

    rule = models.CharField(max_length=60)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    last_turn = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "person"], name="share_once")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.last_turn}"


class Load(models.Model):
    """Open leads of one grade that somebody has: the sum of the rows. Triggers write it: :mod:`.counting`."""

    owner_id = models.BigIntegerField()
    grade = models.CharField(max_length=1, blank=True)
    leads = models.IntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner_id", "grade"], name="load_by_owner")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.grade}: {self.leads}"


class Decision(models.Model):
    """Why a lead went to somebody, or to the pool: keys and numbers, put into words when shown."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="decisions")
    event_id = models.BigIntegerField(null=True, unique=True)
    """The journal row that it explains; none where nobody could be found."""
    decided_at = models.DateTimeField()
    version = models.ForeignKey(Version, models.PROTECT, related_name="+", db_index=False)
    """The version whose rules were asked: the newest then, whatever version the lead runs on."""
    rule = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    why = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["rule", "owner", "decided_at"], name="decision_by_rule")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.why}"


class ReturnWarning(models.Model):
    """An owner was told that a lead goes back to the pool. Holds for one silence, from ``silent_since``."""

    lead = models.OneToOneField(Lead, models.CASCADE, related_name="return_warning")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="return_warnings")
    silent_since = models.DateTimeField()
    warned_at = models.DateTimeField()
    returns_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["returns_at"], name="warning_by_return")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.returns_at}"


class PoolView(models.Model):
    """Somebody opened the details of a lead in a pool; a pool may limit how many a day."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    day = models.DateField()
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "day", "lead"], name="pool_view_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}: {self.lead_id}"


class ConflictState(models.TextChoices):
    OPEN = "open", _("to decide")
    DECIDED = "decided", _("decided")
    SETTLED = "settled", _("settled itself")
    """The other lead was closed, or given away, before anybody decided."""


class ConflictCase(models.Model):
    """A new lead of a customer that somebody else works with. It is held until a manager decides."""

    lead = models.OneToOneField(Lead, models.CASCADE, related_name="conflict")
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    challenger = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    """Who registered the new lead for themselves, or for whom it was registered."""
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    """Who owns the open lead that was there."""
    held_against = models.ForeignKey(Lead, models.CASCADE, related_name="conflicts_against")
    teams = models.ManyToManyField(Team, related_name="+")
    """Of both sides when the case began: their managers see it, also once a lead has changed hands."""
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ConflictState, default=ConflictState.OPEN)
    winner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["state", "-opened_at"], name="conflict_by_state")]

    def __str__(self) -> str:
        return f"{self.lead_id} / {self.held_against_id}"
