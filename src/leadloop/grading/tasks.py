"""Jobs around grades. Thin: the rows of runs are the queue."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task

from leadloop.foundation import clock
from leadloop.grading.operations import runs, telling


@db_task()
def do_run(run_id: int) -> None:
    runs.work(run_id=run_id, clock=clock.now)


@db_periodic_task(crontab(hour="18", minute="10"))
def grade_for_the_new_day() -> None:
    """Time is a fact, too: grades and scores move with it. Ten past two at night in China."""
    for run in runs.start_night(now=clock.now()):
        do_run(run.pk)


@db_periodic_task(crontab(hour="0", minute="20"))
def tell_reviewers() -> None:
    """Twenty past eight in the morning in China."""
    telling.tell_reviewers(now=clock.now())


@db_periodic_task(crontab(minute="*"))
def go_on() -> None:
    """New rules, whoever published them, and runs whose worker was killed."""
    now = clock.now()
    runs.start_where_rules_changed(now=now)
    for run_id in runs.unfinished(now=now):
        do_run(run_id)
