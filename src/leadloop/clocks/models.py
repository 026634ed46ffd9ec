"""Working calendars, and the due moments of every lead as the journal, the policy and the calendar have them.

Nothing here is a source: whatever stands in :class:`Timing` and :class:`FirstResponse` can be computed again
from the journal, and is whenever one of the three changes.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.leads.models import Lead
from leadloop.people.models import Team


class WorkCalendar(models.Model):
    """Hours of seven days from Monday as minutes after midnight: ``[[[540, 720], [810, 1080]], …]``."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    zone = models.CharField(_("time zone"), max_length=64)
    week = models.JSONField()
    holidays = models.CharField(_("public holidays"), max_length=20, blank=True)
    exceptions = models.JSONField(default=list)
    """Days of one's own: [{"day": "2026-05-06", "hours": [] or [[540, 720]], "note": "…"}, …]."""
    is_default = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-is_default", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "is_default", condition=models.Q(is_default=True), name="one_default_calendar"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TeamCalendar(models.Model):
    """The calendar of a team and of those below it that have none of their own."""

    team = models.OneToOneField(Team, models.CASCADE, related_name="work_calendar")
    calendar = models.ForeignKey(WorkCalendar, models.CASCADE, related_name="teams")

    def __str__(self) -> str:
        return f"{self.team_id}: {self.calendar_id}"


class Timing(models.Model):
    """The running clocks of an open lead. A clock that does not run has no moments."""

    lead = models.OneToOneField(
        Lead, models.CASCADE, primary_key=True, related_name="timing", db_constraint=False
    )
    """Only a number to the database: a check of it would make writers wait for each other in a circle."""
    basis = models.IntegerField()
    """What it was computed by: another number than the present one means that it has to be computed again."""
    first_since = models.DateTimeField(null=True)
    first_remind_at = models.DateTimeField(null=True)
    first_due_at = models.DateTimeField(null=True)
    first_propose_at = models.DateTimeField(null=True)
    cadence_since = models.DateTimeField(null=True)
    cadence_due_at = models.DateTimeField(null=True)
    cadence_escalate_at = models.DateTimeField(null=True)
    handoff_since = models.DateTimeField(null=True)
    handoff_due_at = models.DateTimeField(null=True)
    silent_since = models.DateTimeField(null=True)
    pool_warn_at = models.DateTimeField(null=True)
    pool_due_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(null=True)
    """The planned next action that was taken into account."""
    due_at = models.DateTimeField(null=True)
    """The first of the moments that end a limit; in the past: the lead is late."""
    steps = models.PositiveSmallIntegerField(default=0)
    """Bits of the steps of the ladder that were made, see :data:`leadloop.clocks.rules.BITS`."""
    next_at = models.DateTimeField(null=True)
    """When the sweep has something to do."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="timing_next"),
            models.Index(
                fields=["pool_warn_at"], condition=models.Q(pool_warn_at__isnull=False), name="timing_pool"
            ),
            models.Index(fields=["basis"], name="timing_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.due_at}"


class FirstResponse(models.Model):
    """One person's clock of the first follow-up of one lead, running or ended."""

    id = models.BigAutoField(primary_key=True)
    lead = models.ForeignKey(
        Lead, models.CASCADE, related_name="first_responses", db_constraint=False, db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    team_id = models.BigIntegerField(null=True)
    basis = models.IntegerField()
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    followed = models.BooleanField(default=False)
    """Ended by a follow-up; otherwise by another owner, the pool, or the end of the lead."""
    decided_at = models.DateTimeField(null=True)
    """When it was, or will be, known whether the limit was met. None: it ended before anybody could say."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lead", "since"], name="first_response_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "decided_at"], name="response_by_owner"),
            models.Index(fields=["team_id", "decided_at"], name="response_by_team"),
            models.Index(fields=["decided_at"], name="response_by_time"),
            models.Index(fields=["basis"], name="response_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.since}"


class Untold(models.Model):
    """A step of the ladder that was made and of which somebody has still to be told.

    Written with the step and deleted with the notice, each in one transaction: a killed worker leaves either
    the row or the notice.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    """Whose clock it was then."""
    lead = models.ForeignKey(Lead, models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    clock = models.CharField(max_length=16)
    step = models.CharField(max_length=16)
    since = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "lead", "clock", "step", "since"], name="untold_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lead_id} {self.step}"


class Progress(models.Model):
    """How far the journal has been followed. One row."""

    key = models.CharField(max_length=20, primary_key=True)
    mark = models.CharField(max_length=60)
    filled_to = models.BigIntegerField(default=0)
    """While the clocks begin on a database that has leads already: those up to this number have theirs."""
    filled = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.key}: {self.mark}"


class Nudge(models.Model):
    """A manager's own step of the ladder: an owner was asked to see to one lead, or to all that are late.

    ``number`` counts those to a person about the same thing. Of two who press at once, one writes it.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    lead = models.ForeignKey(
        Lead, models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    """None: all that is late."""
    number = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead", "person", "number"],
                condition=models.Q(lead__isnull=False),
                name="nudge_of_lead_once",
            ),
            models.UniqueConstraint(
                fields=["person", "number"],
                condition=models.Q(lead__isnull=True),
                name="nudge_of_person_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "at"], name="nudge_by_person")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.lead_id} {self.number}"
