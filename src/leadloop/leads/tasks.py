"""Jobs around leads. Thin: the items of an action are the queue, a job only says "look there"."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task, on_startup

from leadloop.foundation import clock
from leadloop.leads.operations import together


@db_task()
def do_together(action_id: int) -> None:
    together.go_on(action_id=action_id, clock=clock.now)


@db_periodic_task(crontab(minute="*"))
def go_on_with_unfinished() -> None:
    """After a crash nobody else would: the job that was at it is gone with its worker."""
    for action_id in together.unfinished(clock.now()):
        do_together(action_id)


@on_startup()
def look_at_start() -> None:
    go_on_with_unfinished.call_local()
