"""Jobs around ownership."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, on_startup

from leadloop.assignment import operations
from leadloop.foundation import clock


@db_periodic_task(crontab(minute="*/10"))
def take_back_silent_leads() -> None:
    operations.sweep(now=clock.now())


@on_startup()
def catch_up() -> None:
    """What fell due while nothing ran."""
    take_back_silent_leads.call_local()
