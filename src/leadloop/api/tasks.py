"""Jobs around the API."""

# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from leadloop.api import answers
from leadloop.foundation import clock


@db_periodic_task(crontab(minute="43"))
def remove_old_answers() -> None:
    answers.remove_old(now=clock.now())
