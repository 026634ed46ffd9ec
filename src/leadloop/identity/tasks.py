"""Jobs around duplicates. Thin: the runs are the queue, a job only says "look there"."""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task, on_startup

from leadloop.foundation import clock
from leadloop.identity import operations
from leadloop.identity.models import Job


@db_task()
def do_run(run_id: int) -> None:
    operations.run(run_id=run_id, clock=clock.now)


@db_periodic_task(crontab(minute="*"))
def go_on_with_unfinished() -> None:
    """After a crash nobody else would: the job that was at it is gone with its worker."""
    for run_id in operations.waiting(clock.now()):
        do_run(run_id)


@db_periodic_task(crontab(hour="2", minute="40"))
def search_every_night() -> None:
    do_run(operations.ask(job=Job.SEARCH, actor=None, now=clock.now()).pk)


@on_startup()
def look_at_start() -> None:
    go_on_with_unfinished.call_local()
