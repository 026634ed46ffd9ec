"""Jobs around notices. Thin: rows that are due are the queue, a job only says "look there"."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task, on_startup

from leadloop.foundation import clock
from leadloop.notices import operations


@db_task()
def send() -> None:
    operations.work_off(clock=clock.now)


@db_periodic_task(crontab(minute="*"))
def send_what_is_due() -> None:
    operations.work_off(clock=clock.now)


@db_periodic_task(crontab(hour="19", minute="40"))
def forget_old() -> None:
    """Twenty to four at night in China."""
    operations.forget_old(now=clock.now())


@on_startup()
def look_at_start() -> None:
    """Of a worker that was killed, nobody else would tell what is unknown."""
    send_what_is_due.call_local()
