"""Won, lost, and open again."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.journal.models import Event
from leadloop.leads import rules
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import Verb, after
from leadloop.leads.models import Lead, State
from leadloop.leads.operations.stages import check_follows, check_stage
from leadloop.leads.operations.swap import swap
from leadloop.leads.permissions import require
from leadloop.people.models import User
from leadloop.process.models import LossReason, Stage
from leadloop.process.queries import won_stage


@transaction.atomic
def win_lead(
    *,
    lead: Lead,
    amount: Decimal | None,
    actor: User | None,
    now: datetime,
    closed_at: datetime | None = None,
    note: str = "",
) -> Lead:
    """The deal is signed: the lead enters the last stage of its process and is won there."""
    require(actor, Verb.WIN, lead)
    rules.check_win(amount=amount)
    at = closed_at or max(now, lead.stage_since)
    check_follows(lead, at, now=now, field="closed_at")
    stage = won_stage(lead.version)
    swap(
        lead,
        now=now,
        state=after(State(lead.state), Verb.WIN),
        stage=stage,
        stage_since=at,
        amount=amount,
        closed_at=at,
        close_note=note.strip(),
    )
    entered = event(lead, Kind.STAGE, actor=actor, now=now, at=at, stage_id=stage.pk, data={"how": "won"})
    data = {"currency": lead.currency}
    won = event(lead, Kind.WON, actor=actor, now=now, at=at, stage_id=stage.pk, amount=amount, data=data)
    write(lead, [entered, won], remark=note)
    return lead


@transaction.atomic
def lose_lead(
    *,
    lead: Lead,
    reason: LossReason | None,
    actor: User | None,
    now: datetime,
    second_reason: LossReason | None = None,
    competitor: str = "",
    note: str = "",
    closed_at: datetime | None = None,
) -> Lead:
    """Lost in the stage where it stands, for a reason."""
    require(actor, Verb.LOSE, lead)
    _check_loss(reason, second_reason, note)
    rules.check_lengths({"competitor": competitor.strip()})
    at = closed_at or max(now, lead.stage_since)
    check_follows(lead, at, now=now, field="closed_at")
    swap(
        lead,
        now=now,
        state=after(State(lead.state), Verb.LOSE),
        loss_reason=reason,
        second_loss_reason=second_reason,
        competitor=competitor.strip(),
        close_note=note.strip(),
        closed_at=at,
    )
    lost = event(
        lead,
        Kind.LOST,
        actor=actor,
        now=now,
        at=at,
        stage_id=lead.stage_id,
        reason_id=lead.loss_reason_id,
        second_reason_id=lead.second_loss_reason_id,
        data={"competitor": lead.competitor or None},
    )
    write(lead, [lost], remark=note)
    return lead


@transaction.atomic
def reopen_lead(
    *, lead: Lead, actor: User | None, now: datetime, reason: str, stage: Stage | None = None
) -> Lead:
    """Open again where it stood, or in ``stage``. The journal keeps that it was won or lost."""
    require(actor, Verb.REOPEN, lead)
    if not reason.strip():
        raise DataError(msg("Say why the lead is opened again."), field="reason")
    stage = stage or _stood_in(lead)
    check_stage(lead, stage)
    at = max(now, lead.closed_at or now)
    swap(
        lead,
        now=now,
        state=after(State(lead.state), Verb.REOPEN),
        stage=stage,
        stage_since=at,
        amount=None,
        closed_at=None,
        loss_reason=None,
        second_loss_reason=None,
        competitor="",
        close_note="",
    )
    reopened = event(lead, Kind.REOPENED, actor=actor, now=now, at=at, stage_id=stage.pk)
    write(lead, [reopened], remark=reason)
    return lead


def _check_loss(reason: LossReason | None, second: LossReason | None, note: str) -> None:
    notes = [found.needs_note for found in (reason, second) if found is not None]
    rules.check_loss(stated=reason is not None, needs_note=any(notes), note=note)
    if reason is not None and reason == second:
        raise DataError(msg("The second reason is the same as the first."), field="second_reason")


def _stood_in(lead: Lead) -> Stage:
    """Where a lost lead stands still; of a won one, the last stage before the won one."""
    if not lead.stage.won:
        return lead.stage
    visited = Event.objects.filter(lead_id=lead.pk, stage_id__isnull=False).exclude(stage_id=lead.stage_id)
    last = visited.order_by("-occurred_at", "-id").values_list("stage_id", flat=True).first()
    stages = Stage.objects.filter(version=lead.version_id, won=False)
    return (last and stages.filter(pk=last).first()) or stages.latest("position")
