"""Somebody answers a warning: plans what is proposed, puts it off, says whether it was right."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from leadloop.actions import operations as actions
from leadloop.actions import queries as planned
from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned
from leadloop.clocks.queries.basis import basis
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.warnings.models import Alert, Outcome
from leadloop.warnings.permissions import require_answer, require_judge
from leadloop.warnings.rules import Rule
from leadloop.warnings.wording import PROPOSALS

LONGEST_SNOOZE = timedelta(days=92)


@transaction.atomic
def act(*, alert: Alert, actor: User | None, now: datetime) -> NextAction:
    """Plan what the warning proposes; it keeps quiet until that is due, and comes back if it still holds."""
    require_answer(actor, alert)
    action = _move(alert, actor, now) if alert.rule == Rule.OVERDUE else _plan(alert, actor, now)
    _write(
        alert,
        acted_at=now,
        acted_by=actor,
        action_id=action.pk,
        snoozed_until=action.due_at,
        snoozed_by=actor,
    )
    return action


@transaction.atomic
def snooze(*, alert: Alert, until: datetime, actor: User | None, now: datetime) -> Alert:
    """:raises DataError: ``until`` is not in the next three months."""
    require_answer(actor, alert)
    if not now < until <= now + LONGEST_SNOOZE:
        raise DataError(msg("Snooze it until a day in the next three months."), field="until")
    return _write(alert, snoozed_until=until, snoozed_by=actor)


@transaction.atomic
def judge(*, alert: Alert, outcome: str, actor: User | None, now: datetime) -> Alert:
    """Was it right? A wrong one is not shown any more; empty takes the answer back."""
    require_judge(actor, alert)
    if outcome and outcome not in Outcome.values:
        raise DataError(msg("Say right or wrong."), field="outcome")
    at = now if outcome else None
    return _write(alert, outcome=outcome, outcome_at=at, outcome_by=actor if outcome else None)


def _plan(alert: Alert, actor: User | None, now: datetime) -> NextAction:
    proposal, lead = PROPOSALS[Rule(alert.rule)], alert.lead
    due = basis().times_of(lead.team_id).working.days_after(now, proposal.days)
    facts = Planned(due_at=due, title=proposal.title.render(gettext), kind=proposal.kind)
    if alert.rule == Rule.NO_ACTION:
        facts = actions.proposed_for(lead, now) or facts
    return actions.plan(lead=lead, facts=facts, actor=actor, now=now)


def _move(alert: Alert, actor: User | None, now: datetime) -> NextAction:
    action = planned.next_of([alert.lead_id]).get(alert.lead_id)
    if action is None:
        raise Conflict(msg("The action is done by now."))
    to = basis().times_of(alert.lead.team_id).working.days_after(now, 1)
    reason = gettext("after a warning")
    actions.postpone(action=action, to=to, reason=reason, actor=actor, now=now)
    action.refresh_from_db(fields=["due_at"])
    return action


def _write(alert: Alert, **values: Any) -> Alert:
    if not Alert.objects.filter(pk=alert.pk).update(**values):
        raise Conflict(msg("This warning is over."))
    for name, value in values.items():
        setattr(alert, name, value)
    return alert
