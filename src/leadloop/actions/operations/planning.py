"""Plan the next action of a lead, and change what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leadloop.actions import rules
from leadloop.actions.models import MOST_TITLE, Kind, NextAction, Priority, Repeat
from leadloop.actions.permissions import owner_for, require_change, require_plan
from leadloop.clocks.operations import recompute
from leadloop.clocks.queries import next_contact
from leadloop.foundation import privacy
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead
from leadloop.people.models import User


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done. Without ``has_time`` only the day of ``due_at`` counts, in the owner's zone."""

    due_at: datetime
    title: str = ""
    kind: str = Kind.CALL
    has_time: bool = False
    priority: str = Priority.NORMAL
    repeat: str = Repeat.NO
    every: int = 1
    until: date | None = None
    owner: User | None = None


@transaction.atomic
def plan(*, lead: Lead, facts: Planned, actor: User | None, now: datetime) -> NextAction:
    """Planned in the past is refused. The lead's clocks know of it at once."""
    require_plan(actor, lead)
    owner = owner_for(lead, facts.owner, actor)
    due = rules.due_of(facts.due_at, facts.has_time, zone_of(owner))
    rules.check_due(due, now)
    made = create(lead, owner, facts, due, actor=actor, now=now)
    recompute(lead=lead)
    return made


def create(
    lead: Lead, owner: User, facts: Planned, due: rules.Due, *, actor: User | None, now: datetime
) -> NextAction:
    title = checked(facts, due)
    return NextAction.objects.create(
        lead=lead,
        owner=owner,
        title=title,
        kind=facts.kind,
        priority=facts.priority,
        due_at=due.at,
        due_on=due.on,
        has_time=due.has_time,
        repeat=facts.repeat,
        every=facts.every,
        until=facts.until if facts.repeat else None,
        series_from=due.on if facts.repeat else None,
        remind_at=rules.remind_at(due, now, zone_of(owner)),
        created_by=actor,
        created_at=now,
        changed_at=now,
    )


@transaction.atomic
def change(*, action: NextAction, facts: Planned, actor: User | None, now: datetime) -> NextAction:
    """What is to be done, how urgent, how often. When and by whom are moves of their own."""
    require_change(actor, action)
    due = rules.Due(action.due_at, action.due_on, action.has_time)
    title = checked(facts, due)
    begun = action.series_from if facts.repeat == action.repeat else None
    written = NextAction.objects.filter(pk=action.pk, done_at=None, dropped_at=None).update(
        title=title,
        kind=facts.kind,
        priority=facts.priority,
        repeat=facts.repeat,
        every=facts.every,
        until=facts.until if facts.repeat else None,
        series_from=(begun or action.due_on) if facts.repeat else None,
        changed_at=now,
        sequence=F("sequence") + 1,
    )
    if not written:
        raise Conflict(msg("This action is over already."))
    action.refresh_from_db()
    return action


def checked(facts: Planned, due: rules.Due) -> str:
    """The title as it is kept. :raises DataError: something of ``facts`` cannot be so."""
    for value, known, field in (
        (facts.kind, Kind.values, "kind"),
        (facts.priority, Priority.values, "priority"),
        (facts.repeat, Repeat.values, "repeat"),
    ):
        if value not in known:
            raise DataError(msg("“%(value)s” is not one of the choices.", value=str(value)[:40]), field=field)
    title = " ".join(facts.title.split())
    if len(title) > MOST_TITLE:
        raise DataError(msg("At most %(most)s characters.", most=MOST_TITLE), field="title")
    privacy.check_texts({"title": title})
    rules.check_repeat(facts.repeat, facts.every, facts.until, due)
    return title


def proposed_for(lead: Lead, at: datetime) -> Planned | None:
    """What the cadence of the lead's grade asks for after a contact at ``at``; None: it asks for nothing.

    A date that lies behind already is proposed as it is: the caller shows it, and a person says when.
    """
    due = next_contact(lead=lead, at=at)
    return None if due is None else Planned(due_at=due)


def zone_of(user: User) -> tzinfo:
    try:
        return ZoneInfo(user.zone)
    except (KeyError, ValueError):
        return timezone.get_default_timezone()
