"""What a person does with the list: read, unread, all read."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.notices.models import Notice
from leadloop.notices.queries import notices_of
from leadloop.people.models import User


@transaction.atomic
def mark_read(*, notice: Notice, now: datetime) -> None:
    """The first time counts."""
    if Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=now):
        notice.read_at = now


@transaction.atomic
def mark_unread(*, notice: Notice, now: datetime) -> None:
    Notice.objects.filter(pk=notice.pk).update(read_at=None)
    notice.read_at = None


@transaction.atomic
def mark_all_read(*, actor: User, now: datetime, up_to: int, kind: str = "") -> int:
    """Those up to the newest that the person has seen: what arrived meanwhile stays unread."""
    rows = notices_of(actor).order_by().filter(read_at=None, pk__lte=up_to)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.update(read_at=now)
