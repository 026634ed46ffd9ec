"""Move a lead between the stages of its process."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.leads import rules
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.operations.swap import swap
from leadloop.leads.permissions import require
from leadloop.people.models import User
from leadloop.process.models import Stage


@transaction.atomic
def move_stage(
    *,
    lead: Lead,
    stage: Stage,
    actor: User | None,
    now: datetime,
    reason: str = "",
    occurred_at: datetime | None = None,
) -> Lead:
    """Enter another stage: the next one, or with a reason a later or an earlier one."""
    require(actor, Verb.MOVE, lead)
    step = _step(lead, stage)
    if step.needs_reason:
        allowed = lead.version.policies.get("moves", {}).get(step.how, True)
        rules.check_step(step=step, reason=reason, allowed=allowed)
    at = occurred_at or max(now, lead.stage_since)
    check_follows(lead, at, now=now, field="occurred_at")
    swap(lead, now=now, stage=stage, stage_since=at)
    moved = event(lead, Kind.STAGE, actor=actor, now=now, at=at, stage_id=stage.pk, data={"how": step.how})
    write(lead, [moved], remark=reason)
    return lead


def check_stage(lead: Lead, stage: Stage) -> None:
    """A stage that an open lead may stand in: of its own version, and not the one of won leads."""
    if stage.version_id != lead.version_id:
        raise DataError(
            msg("“%(stage)s” is not a stage of this lead's process.", stage=stage.name), field="stage"
        )
    if stage.won:
        raise DataError(msg("To close the deal, enter its amount and date (Won)."), field="stage")


def check_follows(lead: Lead, at: datetime, *, now: datetime, field: str) -> None:
    """Later than the entry into the stage where the lead stands: history has one order."""
    entered = msg("the entry into the stage %(stage)s", stage=lead.stage.name)
    rules.check_moment(
        at, now=max(now, lead.stage_since), field=field, not_before=lead.stage_since, before_what=entered
    )


def _step(lead: Lead, stage: Stage) -> rules.Step:
    check_stage(lead, stage)
    if stage.pk == lead.stage_id:
        raise Conflict(msg("The lead is in this stage already."), field="stage")
    return rules.step_between(lead.stage.position, stage.position)
