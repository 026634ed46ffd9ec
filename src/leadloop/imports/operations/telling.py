"""Tell who started an import that it has ended."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from leadloop.foundation.messages import Message, msg
from leadloop.imports.models import Import, Status
from leadloop.notices import kinds
from leadloop.notices.kinds import Kind
from leadloop.notices.operations import tell
from leadloop.people.permissions import ACTIONS

ENDED = Kind(
    "import_ended",
    msg("An import has ended"),
    kinds.DATA,
    for_roles=tuple(sorted(ACTIONS["import"])),
    icon="file-import",
)


def tell_ended(*, import_: Import, now: datetime) -> None:
    """In the transaction that ends it. ``import_`` is as that left it."""
    tell(
        to=[import_.actor],
        kind=ENDED.key,
        message=_words(import_),
        link=reverse("imports:detail", args=[import_.pk]),
        subject=", ".join(str(one["name"]) for one in import_.files)[:120],
        now=now,
        key=f"import:{import_.pk}:{import_.status}",
    )


def _words(import_: Import) -> Message:
    if import_.status == Status.FAILED:
        return msg("The import has failed after %(created)s leads.", created=import_.created)
    return msg(
        "%(created)s leads are new, %(updated)s were brought up to date, %(rejected)s lines were rejected.",
        created=import_.created,
        updated=import_.updated,
        rejected=import_.rejected,
    )
