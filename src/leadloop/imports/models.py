"""An import: the files, what was chosen, how far it is, and what became of every row."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leadloop.foundation import privacy
from leadloop.foundation.messages import Message

UNDO_FOR = timedelta(days=7)


class Status(models.TextChoices):
    DRAFT = "draft", _("being prepared")
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("stopped")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


UNFINISHED = (Status.WAITING, Status.RUNNING, Status.UNDOING)
"""What a worker still has to do. These rows are the queue; a job is only a hint that one of them is there."""

ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)


class Import(models.Model):
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    files = models.JSONField(default=list)
    """[{name, path below settings.UPLOADS, size}]"""
    mapping = models.TextField(blank=True)
    """How the columns are read, as the TOML that intake gives and takes."""
    options = models.JSONField(default=dict)
    version_id = models.BigIntegerField(null=True)
    """Process version that the leads enter; chosen at the start."""
    batch_size = models.PositiveIntegerField(default=0)
    """Lines a batch; part of the mark, because a restart must cut the file in the same places."""
    batch = models.PositiveIntegerField(default=0)
    """The mark: batches done …"""
    batch_leads = models.PositiveIntegerField(default=0)
    """… and leads done of the next one. Moved in the transaction that writes the leads."""
    rows_total = models.PositiveIntegerField(null=True)
    """Lines expected; an estimate until the end."""
    rows_read = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    joined = models.PositiveIntegerField(default=0)
    """Lines that only add to a lead of another line (history in long form, a second file)."""
    notes = models.JSONField(default=dict)
    """{code: {count, severity, text, params}}: what was noticed and repaired on the way."""
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    looked_over_at = models.DateTimeField(null=True)
    """When its leads were graded, searched for faults and given to people; None: not yet."""
    assigned = models.PositiveIntegerField(default=0)
    """Leads without an owner in the file that the rules gave to somebody."""
    seconds = models.FloatField(default=0)
    """Time at work, over restarts."""
    cancel_requested = models.BooleanField(default=False)
    kept_on_undo = models.PositiveIntegerField(default=0)
    """Leads that somebody has worked on since and that an undo therefore left."""
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    """Until then no other worker takes it over."""
    error = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return ", ".join(file["name"] for file in self.files)

    @property
    def rows_accounted(self) -> int:
        return self.created + self.updated + self.skipped + self.rejected + self.joined

    @property
    def rate(self) -> float | None:
        """Lines a second so far."""
        return self.rows_read / self.seconds if self.seconds > 0 and self.rows_read else None

    @property
    def share_done(self) -> float | None:
        if self.status == Status.DONE:
            return 1.0
        return min(self.rows_read / self.rows_total, 1.0) if self.rows_total else None

    @property
    def seconds_left(self) -> float | None:
        if not self.rate or self.rows_total is None or self.status != Status.RUNNING:
            return None
        return max(self.rows_total - self.rows_read, 0) / self.rate

    @property
    def undo_until(self) -> datetime | None:
        return self.finished_at + UNDO_FOR if self.finished_at else None

    def may_be_undone(self, now: datetime) -> bool:
        until = self.undo_until
        something = self.created or self.updated
        return bool(self.status in ENDED and something and until and now < until)

    @property
    def error_message(self) -> Message | None:
        return message_of(self.error) if self.error else None


class Outcome(models.TextChoices):
    UPDATED = "updated", _("updated")
    SKIPPED = "skipped", _("skipped")
    REJECTED = "rejected", _("rejected")


class RowResult(models.Model):
    """A line that did not simply become a lead, and why. Created ones are found by ``Lead.import_id``."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    file = models.CharField(max_length=255, blank=True)
    row = models.PositiveIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    lead_id = models.BigIntegerField(null=True)
    reasons = models.JSONField(default=list)
    """[{text, params, column}]"""

    class Meta:
        ordering: ClassVar = ["file", "row", "id"]

    def __str__(self) -> str:
        return f"{self.file}:{self.row}"


class Change(models.Model):
    """What a lead was like before a row updated it: what an undo puts back."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="changes")
    lead_id = models.BigIntegerField()
    before = models.JSONField()
    changed_at = models.DateTimeField()
    """The lead's version that the update left; another one means that somebody has worked on it since."""

    def __str__(self) -> str:
        return str(self.lead_id)


def data_of(message: Message, column: str | None = None) -> dict[str, Any]:
    """A message as JSON, to be put into words when somebody reads it."""
    message = privacy.scrubbed(message)
    params = {
        name: {"message": data_of(value)} if isinstance(value, Message) else _plain(value)
        for name, value in message.params.items()
    }
    return {"text": message.text, "params": params, **({"column": column} if column else {})}


def message_of(data: dict[str, Any]) -> Message:
    params = {
        name: message_of(value["message"]) if isinstance(value, dict) else value
        for name, value in data.get("params", {}).items()
    }
    return Message(data["text"], params)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | None) else str(value)
