"""Jobs of cleaning."""
# mypy: disable-error-code="untyped-decorator"

from __future__ import annotations

from huey import crontab
from huey.contrib.djhuey import db_periodic_task

from leadloop.foundation import clock
from leadloop.screening.operations import sweep


@db_periodic_task(crontab(hour="2", minute="40"))
def sweep_at_night() -> None:
    """For what bulk writers and other doors changed; and for rules that a new version brought."""
    sweep(now=clock.now())
