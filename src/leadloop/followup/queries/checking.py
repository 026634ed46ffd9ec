"""Whether records are what the journal says, and files are where their rows say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db.models import Exists, OuterRef

from leadloop.analysis.tables import Kind
from leadloop.followup import storage
from leadloop.followup.models import Attachment, FollowUp
from leadloop.journal.models import Event

EXAMPLES = 5


def wrong_records() -> tuple[int, list[str]]:
    """Records without a standing contact of their lead and moment in the journal; numbers of their leads."""
    row = Event.objects.filter(
        pk=OuterRef("event_id"),
        kind=Kind.FOLLOWED_UP,
        lead_id=OuterRef("lead_id"),
        occurred_at=OuterRef("at"),
    )
    back = Event.objects.filter(
        lead_id=OuterRef("lead_id"),
        kind=Kind.TAKEN_BACK,
        occurred_at=OuterRef("at"),
        id__gt=OuterRef("event_id"),
    )
    wrong = FollowUp.objects.exclude(Exists(row)) | FollowUp.objects.filter(Exists(back))
    return wrong.count(), list(wrong.values_list("lead__number", flat=True)[:EXAMPLES])


def missing_files() -> tuple[int, list[str]]:
    """Attachments whose file is not there, or of another size; their names."""
    missing = [one.name for one in _attachments() if _size(storage.path_of(one.key)) != one.size]
    return len(missing), missing[:EXAMPLES]


def _attachments() -> Iterator[Attachment]:
    return Attachment.objects.only("key", "name", "size").iterator(1_000)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1
