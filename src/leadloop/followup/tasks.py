"""Jobs around records. Thin: rows and files say what is to be done."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from leadloop.followup import operations
from leadloop.foundation import clock


@db_periodic_task(crontab(minute="17"))
def tidy_attachments() -> None:
    operations.tidy(now=clock.now())
