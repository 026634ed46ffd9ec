"""Jobs of channels."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from leadloop.foundation import clock
from leadloop.marketing.operations import move_leads_of_merged


@db_periodic_task(crontab(minute="*/5"))
def finish_merges() -> None:
    """Leads of merged channels: of large merges, of interrupted ones, and of files that use the old name."""
    move_leads_of_merged(actor=None, now=clock.now())
