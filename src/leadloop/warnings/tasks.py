"""Jobs around warnings. Thin: the rows say what is done."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from leadloop.foundation import clock
from leadloop.warnings import operations


@db_periodic_task(crontab(minute="*"))
def sweep() -> None:
    operations.sweep(now=clock.now())


@db_periodic_task(crontab(minute="17"))
def learn() -> None:
    """Once a day, at the first full hour at which somebody runs this."""
    operations.learn(now=clock.now())
