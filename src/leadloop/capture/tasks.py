"""Jobs around the inbox. Thin: its rows are the queue, a job only says "look there"."""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task, on_startup

from leadloop.capture import operations, quota
from leadloop.foundation import clock


@db_task()
def work_off() -> None:
    operations.work_off(clock=clock.now)


@db_periodic_task(crontab(minute="*"))
def go_on_with_waiting() -> None:
    """After a crash nobody else would."""
    operations.work_off(clock=clock.now)


@db_periodic_task(crontab(minute="17"))
def remove_old_quotas() -> None:
    quota.remove_old(now=clock.now())


@db_periodic_task(crontab(hour="3", minute="40"))
def remove_old_submissions() -> None:
    operations.remove_old(now=clock.now())


@on_startup()
def look_at_start() -> None:
    go_on_with_waiting.call_local()
