"""Jobs around clocks. Thin: the rows of the table say what is due."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, on_startup

from leadloop.clocks import operations
from leadloop.foundation import clock


@db_periodic_task(crontab(minute="*"))
def sweep() -> None:
    operations.sweep(now=clock.now())


@on_startup()
def catch_up() -> None:
    """What fell due while nothing ran."""
    sweep.call_local()
