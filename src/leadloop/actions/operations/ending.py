"""An action is done, or is not needed any more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from leadloop.actions import rules
from leadloop.actions.models import MOST_REASON, NextAction
from leadloop.actions.operations.planning import Planned, create, zone_of
from leadloop.actions.permissions import require_change
from leadloop.clocks.operations import recompute
from leadloop.foundation import privacy
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.people.models import User


@transaction.atomic
def do(*, action: NextAction, actor: User | None, now: datetime) -> NextAction | None:
    """Done. Of a repeating one the next occurrence is planned and given back."""
    require_change(actor, action)
    end(action, now, done_at=now, done_by=actor)
    made = _next_of(action, now)
    recompute(lead=action.lead)
    return made


@transaction.atomic
def drop(
    *, action: NextAction, reason: str, actor: User | None, now: datetime, whole: bool = True
) -> NextAction | None:
    """Not needed any more. Of a repeating one all that would follow, unless not the ``whole`` of it."""
    require_change(actor, action)
    end(action, now, dropped_at=now, dropped_by=actor, drop_reason=reason_of(reason))
    made = None if whole else _next_of(action, now)
    recompute(lead=action.lead)
    return made


def end(action: NextAction, now: datetime, **how: Any) -> None:
    """Of two who end it at once, one does."""
    still = NextAction.objects.filter(pk=action.pk, done_at=None, dropped_at=None)
    if not still.update(changed_at=now, remind_at=None, sequence=F("sequence") + 1, **how):
        raise Conflict(msg("This action is over already."))
    action.refresh_from_db()


def reason_of(text: str) -> str:
    reason = " ".join(text.split())
    if len(reason) > MOST_REASON:
        raise DataError(msg("At most %(most)s characters.", most=MOST_REASON), field="reason")
    privacy.check_texts({"reason": reason})
    return reason


def _next_of(action: NextAction, now: datetime) -> NextAction | None:
    if not action.repeat:
        return None
    zone = zone_of(action.owner)
    start = action.series_from or action.due_on
    # Behind today, too: nobody has to do today's again, or what was missed on holiday.
    after = max(action.due_on, now.astimezone(zone).date())
    day = rules.following(start, action.repeat, action.every, action.until, after)
    if day is None:
        return None
    due = rules.moved_to_day(rules.Due(action.due_at, action.due_on, action.has_time), day, zone)
    facts = Planned(
        due_at=due.at,
        title=action.title,
        kind=action.kind,
        has_time=action.has_time,
        priority=action.priority,
        repeat=action.repeat,
        every=action.every,
        until=action.until,
    )
    made = create(action.lead, action.owner, facts, due, actor=action.created_by, now=now)
    NextAction.objects.filter(pk=made.pk).update(series_from=start)
    made.series_from = start
    return made
