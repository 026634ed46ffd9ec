"""Jobs around actions. Thin: the rows say what is due."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from leadloop.actions import operations
from leadloop.foundation import clock


@db_periodic_task(crontab(minute="*"))
def tell_due() -> None:
    operations.tell_due(now=clock.now())
