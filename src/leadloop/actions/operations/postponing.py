"""Move actions to another moment. Put off to a later day it needs a reason, and is counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from leadloop.actions import rules
from leadloop.actions.models import NextAction, Postponement, Shift
from leadloop.actions.operations.ending import reason_of
from leadloop.actions.operations.planning import zone_of
from leadloop.actions.permissions import require_change
from leadloop.clocks.operations import recompute
from leadloop.foundation.errors import Conflict, DataError, LeadloopError, NotFound
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import Lead
from leadloop.people.models import User

MOST = 200
"""So many actions are moved at once."""


@dataclass(frozen=True, slots=True)
class Moved:
    shift: Shift | None
    """What can be taken back; None: nothing was moved."""
    done: int
    refused: tuple[tuple[NextAction, Message], ...]


@transaction.atomic
def postpone(
    *,
    action: NextAction,
    to: datetime,
    reason: str,
    actor: User | None,
    now: datetime,
    has_time: bool | None = None,
) -> Postponement:
    """To ``to``; of a whole-day action only its day counts. ``has_time``: whether it has one afterwards.

    To an earlier moment, or to another hour of the day, it is brought forward or made precise: no reason is
    asked for and nothing is counted.
    """
    moved = _move(action, to, reason, actor, now, has_time, None)
    recompute(lead=action.lead)
    return moved


@transaction.atomic
def move(
    *, action: NextAction, to: datetime, reason: str, actor: User, now: datetime, has_time: bool | None = None
) -> Moved:
    """:func:`postpone` with a way back, as pages offer it."""
    shift = Shift.objects.create(by=actor, at=now)
    _move(action, to, reason, actor, now, has_time, shift)
    recompute(lead=action.lead)
    return Moved(shift, 1, ())


@transaction.atomic
def postpone_many(
    *,
    ids: Collection[int],
    reason: str,
    actor: User,
    now: datetime,
    by_days: int | None = None,
    to: datetime | date | None = None,
) -> Moved:
    """Each to the same day (``to``), or each ``by_days`` further; times of day stay.

    An overdue one is counted from today: a day later than last week would still be overdue. What cannot be
    moved stops no other.
    """
    actions = _chosen(ids)
    shift = Shift.objects.create(by=actor, at=now)
    refused, leads = [], {}
    for action in actions:
        try:
            with transaction.atomic():
                _move(action, _target(action, by_days, to, now), reason, actor, now, None, shift)
            leads[action.lead_id] = action.lead
        except LeadloopError as error:
            refused.append((action, error.message))
    for lead in leads.values():
        recompute(lead=lead)
    done = len(actions) - len(refused)
    if not done:
        shift.delete()
    return Moved(shift if done else None, done, tuple(refused))


def _chosen(ids: Collection[int]) -> Sequence[NextAction]:
    if not ids:
        raise DataError(msg("Choose at least one action."))
    if len(ids) > MOST:
        raise DataError(msg("At most %(most)s actions at once.", most=MOST))
    found = NextAction.objects.filter(pk__in=set(ids)).select_related("lead__owner", "lead__process", "owner")
    return list(found.order_by("due_at", "id"))


def _target(action: NextAction, by_days: int | None, to: datetime | date | None, now: datetime) -> datetime:
    zone = zone_of(action.owner)
    if to is not None:
        day = to.astimezone(zone).date() if isinstance(to, datetime) else to
    elif by_days is not None and 1 <= by_days <= 366:
        day = max(action.due_on, now.astimezone(zone).date()) + timedelta(days=by_days)
    else:
        raise DataError(msg("Say to which day."), field="to")
    return rules.moved_to_day(_due(action), day, zone).at


def _due(action: NextAction) -> rules.Due:
    return rules.Due(action.due_at, action.due_on, action.has_time)


def _move(
    action: NextAction,
    to: datetime,
    reason: str,
    actor: User | None,
    now: datetime,
    has_time: bool | None,
    shift: Shift | None,
) -> Postponement:
    require_change(actor, action)
    zone = zone_of(action.owner)
    due = rules.due_of(to, action.has_time if has_time is None else has_time, zone)
    rules.check_due(due, now, field="to")
    if due == _due(action):
        raise Conflict(msg("It is planned for then already."), field="to")
    before, later, why = _due(action), due.on > action.due_on, reason_of(reason)
    if later and not why:
        raise DataError(msg("Say why it is put off."), field="reason")
    _write(action, due, now, 1 if later else 0)
    return Postponement.objects.create(
        action=action,
        from_due=before.at,
        from_has_time=before.has_time,
        to_due=due.at,
        later=later,
        reason=why,
        by=actor,
        owner=action.owner,
        team_id=action.lead.team_id,
        at=now,
        shift=shift,
    )


def _write(action: NextAction, due: rules.Due, now: datetime, counted: int) -> None:
    """Compare and swap: of two who move it at once, one does."""
    as_it_was = NextAction.objects.filter(
        pk=action.pk, due_at=action.due_at, has_time=action.has_time, done_at=None, dropped_at=None
    )
    written = as_it_was.update(
        due_at=due.at,
        due_on=due.on,
        has_time=due.has_time,
        moves=Greatest(F("moves") + counted, Value(0)),
        remind_at=rules.remind_at(due, now, zone_of(action.owner)),
        changed_at=now,
        sequence=F("sequence") + 1,
    )
    if not written:
        raise Conflict(msg("Somebody has changed this action meanwhile. Reload the page."))
    action.refresh_from_db(fields=["due_at", "due_on", "has_time", "moves", "remind_at", "sequence"])


@transaction.atomic
def move_back(*, shift: Shift, actor: User, now: datetime) -> int:
    """Take a move back where nobody has changed anything since; how many were."""
    if shift.by_id != actor.pk:
        raise NotFound(msg("There is no such action."))
    if not Shift.objects.filter(pk=shift.pk, undone_at=None).update(undone_at=now):
        raise Conflict(msg("This was taken back already."))
    leads: dict[int, Lead] = {}
    count = 0
    for row in shift.moves.select_related("action__lead", "action__owner"):
        action = row.action
        if action.is_open and action.due_at == row.to_due:
            zone = zone_of(action.owner)
            _write(action, _before(row, zone), now, -1 if row.later else 0)
            Postponement.objects.filter(pk=row.pk).update(undone_at=now)
            leads[action.lead_id] = action.lead
            count += 1
    for lead in leads.values():
        recompute(lead=lead)
    return count


def _before(row: Postponement, zone: tzinfo) -> rules.Due:
    on = row.from_due.astimezone(zone).date()
    return rules.Due(row.from_due, on, row.from_has_time)
