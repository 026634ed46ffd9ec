"""Files of records: their rows, and the bytes that go when the rows do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet

from leadloop.followup import storage
from leadloop.followup.models import Attachment
from leadloop.followup.operations.writing import MOST_FILES, check_number
from leadloop.followup.storage import Kept
from leadloop.foundation import privacy
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require
from leadloop.people.models import User

WAITS = timedelta(hours=24)
"""How long an uploaded file waits for its form to be saved."""
UNKNOWN = timedelta(hours=1)
"""So old a file without a row is nobody's: the upload that wrote it is over."""
_MOST_WAITING = 3 * MOST_FILES


@transaction.atomic
def keep_upload(*, lead: Lead, kept: Kept, actor: User, now: datetime) -> Attachment:
    """A complete file becomes known; it belongs to a record once its form is saved."""
    try:
        require(actor, Verb.FOLLOW_UP, lead)
        privacy.check_texts({"files": kept.name})
        waiting = Attachment.objects.filter(lead=lead, uploaded_by=actor, followup=None).count()
        check_number(0 if waiting < _MOST_WAITING else MOST_FILES + 1)
        return Attachment.objects.create(
            lead=lead,
            key=kept.key,
            name=kept.name,
            kind=kept.kind.key,
            size=kept.size,
            uploaded_by=actor,
            uploaded_at=now,
        )
    except BaseException:
        storage.remove(kept.key)
        raise


@transaction.atomic
def withdraw_upload(*, lead: Lead, key: str, actor: User) -> None:
    """Taken off the form again. Of a file that a record has, nothing happens here."""
    remove_rows(Attachment.objects.filter(lead=lead, key=key, uploaded_by=actor, followup=None))


def remove_rows(attachments: QuerySet[Attachment]) -> None:
    """Rows and, once that is certain, files. Inside the caller's transaction."""
    keys = list(attachments.values_list("key", flat=True))
    if not keys:
        return
    Attachment.objects.filter(key__in=keys).delete()
    transaction.on_commit(partial(_remove_files, keys))


def _remove_files(keys: Collection[str]) -> None:
    for key in keys:
        storage.remove(key)


def tidy(*, now: datetime) -> int:
    """Remove files that nobody saved and files that no row knows; how many.

    The second kind is left by a stop between file and row, and by the deletion of a lead.
    """
    with transaction.atomic():
        forgotten = Attachment.objects.filter(followup=None, uploaded_at__lt=now - WAITS)
        number = forgotten.count()
        remove_rows(forgotten)
    return number + sum(_removed_if_unknown(path) for path in storage.lying_since(now - UNKNOWN))


def _removed_if_unknown(path: Path) -> bool:
    if Attachment.objects.filter(key=path.name).exists():
        return False
    path.unlink(missing_ok=True)
    return True


def forget_unknown(keys: Collection[str]) -> None:
    """Files that came in with a form that was refused as a whole."""
    if keys:
        known = set(Attachment.objects.filter(key__in=keys).values_list("key", flat=True))
        for key in set(keys) - known:
            storage.remove(key)
