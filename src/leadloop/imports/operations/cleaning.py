"""Uploaded files name people: they are kept no longer than they are of use."""

from __future__ import annotations

import shutil
from datetime import datetime

from leadloop.imports.models import ENDED, UNDO_FOR, Change, Import, Status
from leadloop.imports.uploads import folder_of


def remove_old_files(*, now: datetime) -> int:
    """Delete files and what an undo would need of imports that can no longer be undone, and old drafts."""
    over = Import.objects.filter(status__in=[*ENDED, Status.UNDONE], finished_at__lt=now - UNDO_FOR)
    drafts = Import.objects.filter(status=Status.DRAFT, created_at__lt=now - UNDO_FOR)
    removed = 0
    for import_ in [*over.exclude(files=[]), *drafts]:
        shutil.rmtree(folder_of(import_), ignore_errors=True)
        removed += 1
    Change.objects.filter(of__in=over).delete()
    drafts.delete()
    return removed
