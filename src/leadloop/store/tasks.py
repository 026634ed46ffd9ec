"""Jobs around the store."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from leadloop.foundation.errors import Conflict
from leadloop.store.refresh import refresh


@db_task()
def bring_up_to_date() -> None:
    _refresh()


@db_periodic_task(crontab(minute="*"))
def bring_up_to_date_every_minute() -> None:
    _refresh()


def _refresh() -> None:
    try:
        refresh(wait=1.0)
    except Conflict:
        # Somebody else is at it, and will have taken in what we would have.
        return
