"""Jobs around imports. Thin: the rows of the table are the queue, a job only says "look there"."""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task, on_startup

from leadloop.foundation import clock
from leadloop.imports import operations
from leadloop.imports.operations.cleaning import remove_old_files
from leadloop.store.tasks import bring_up_to_date


@db_task()
def run_import(import_id: int) -> None:
    if operations.run(import_id=import_id, clock=clock.now) is not None:
        # Whoever waited for the import opens the figures next.
        bring_up_to_date.call_local()
        look_over(import_id)


@db_task()
def look_over(import_id: int) -> None:
    operations.look_over(import_id=import_id, now=clock.now())


@db_periodic_task(crontab(minute="*"))
def go_on_with_unfinished() -> None:
    """After a crash nobody else would: the job that was at it is gone with its worker."""
    for import_id in operations.waiting(clock.now()):
        run_import(import_id)
    for import_id in operations.left_over(clock.now()):
        look_over(import_id)


@db_periodic_task(crontab(hour="3", minute="20"))
def remove_files() -> None:
    remove_old_files(now=clock.now())


@on_startup()
def look_at_start() -> None:
    go_on_with_unfinished.call_local()
