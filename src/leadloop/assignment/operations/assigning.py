"""Give leads that nobody owns to somebody by the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import connection, transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce

from leadloop.analysis.tables import Kind
from leadloop.assignment.counting import FOLD_EVERY, fold_up
from leadloop.assignment.engine import Desk, Pick
from leadloop.assignment.models import Decision, Share
from leadloop.assignment.operations.telling import tell_given
from leadloop.assignment.queries import people, policies, waiting
from leadloop.assignment.queries.policies import Holding
from leadloop.assignment.rules import Case
from leadloop.assignment.turns import ASSIGNING, draw
from leadloop.foundation import rows
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.leads.events import tell_given_on
from leadloop.leads.models import Lead, State
from leadloop.leads.operations.ownership import give_lead
from leadloop.people.kept import renew
from leadloop.people.models import Membership, Role, User
from leadloop.process.models import Process

CHUNK = 1_000
"""Leads a transaction: other writers' waits stay short."""

_TICK = timedelta(microseconds=1)


@transaction.atomic(savepoint=False)
def assign_new(*, lead: Lead, now: datetime) -> Decision | None:
    """Give an open lead without owner to somebody, or say why it stays in the pool.

    Fifty that arrive at once are decided one after the other, each knowing what those before it were given.
    """
    if lead.state != State.OPEN or lead.owner_id is not None:
        return None
    turn = draw(ASSIGNING)
    # Who has left while this one waited gets nothing.
    renew()
    holding = policies.holding(lead.process)
    case = waiting.case_of(lead, holding.policy)
    pick = desk_for([case], holding, now, turn).assign(case)
    number = None
    if pick.owner is not None:
        owner = people.seller(pick.owner)
        number = give_lead(lead=lead, owner=owner, actor=None, now=now, how=pick.how)
        if pick.rule:
            _remember_turn(pick.rule, pick.owner, turn)
    return _decision(case, pick, number, holding, now, save=True)


def assign_many(*, lead_ids: Iterable[int], now: datetime) -> int:
    """The same for leads that came in bulk: imports call it once, at their end. Gives how many got an owner.

    Like everything written in bulk it calls no reactions. Each chunk is a transaction of its own; leads that
    got an owner meanwhile are left alone, so that it can be called again after a crash.
    """
    waiting_ids, given = iter(lead_ids), 0
    while chunk := list(islice(waiting_ids, CHUNK)):
        given += _assign_chunk(chunk, now)
    return given


@transaction.atomic
def _assign_chunk(lead_ids: Sequence[int], now: datetime) -> int:
    first = draw(ASSIGNING, len(lead_ids)) - len(lead_ids) + 1
    open_ones = Lead.objects.filter(pk__in=lead_ids, state=State.OPEN, owner=None).exclude(
        pk__in=waiting.held()
    )
    # The rows stay as they are until the end: on PostgreSQL somebody may be claiming one of them.
    rows = list(open_ones.select_for_update(of=("self",)).order_by("captured_at", "pk"))
    given = 0
    for process in Process.objects.filter(pk__in={row.process_id for row in rows}):
        leads = [row for row in rows if row.process_id == process.pk]
        given += _assign_rows(leads, policies.holding(process), now, first)
        first += len(leads)
    return given


def _assign_rows(leads: Sequence[Lead], holding: Holding, now: datetime, turn: int) -> int:
    rows = ({name: getattr(lead, name) for name in waiting.CASE_FIELDS} for lead in leads)
    cases = waiting.cases(rows, holding.policy)
    desk = desk_for(cases, holding, now, turn)
    picks = [desk.assign(case) for case in cases]
    given = [(lead, pick) for lead, pick in zip(leads, picks, strict=True) if pick.owner is not None]
    numbers = write_owners([(lead, pick.owner or 0, pick.how) for lead, pick in given], None, now)
    tell_given([(lead, pick.owner or 0) for lead, pick in given], actor=None, now=now)
    event_of = {lead.pk: number for (lead, _), number in zip(given, numbers, strict=True)}
    Decision.objects.bulk_create(
        _decision(case, pick, event_of.get(case.lead_id), holding, now)
        for case, pick in zip(cases, picks, strict=True)
    )
    turns = {(rule, person): last for (rule, person), last in desk.loads.last_turn.items() if last >= turn}
    _remember_turns([(rule, person, last) for (rule, person), last in turns.items()])
    return len(given)


def desk_for(cases: Sequence[Case], holding: Holding, now: datetime, turn: int) -> Desk:
    """A desk that knows what everybody has; its turns continue at ``turn``."""
    present = people.people(holding.policy, now)
    loads = people.loads(holding.policy, {case.customer_id for case in cases}, now)
    loads.turn = turn - 1
    if len(cases) > 1 or turn % FOLD_EVERY == 0:
        fold_up(connection)
    return Desk(holding.policy, present, loads)


def write_owners(given: Sequence[tuple[Lead, int, str]], actor: User | None, now: datetime) -> list[int]:
    """Owners of many leads whose rows the caller holds, with a journal row each; gives the rows' numbers."""
    if not given:
        return []
    teams = teams_of({owner for _, owner, _ in given})
    # One moment for all, later than any of them had: whoever holds an older state of a lead loses the race.
    changed_at = max(now, max(lead.changed_at for lead, _, _ in given) + _TICK)
    for owner, team in teams.items():
        own = [lead.pk for lead, one, _ in given if one == owner]
        handed = Coalesce("assigned_at", Value(now, output_field=DateTimeField()))
        kept = {} if team is None else {"team": team}
        Lead.objects.filter(pk__in=own).update(owner=owner, assigned_at=handed, changed_at=changed_at, **kept)
    numbers = journal.append(
        [_assigned(lead, owner, teams[owner], how, actor, now) for lead, owner, how in given]
    )
    tell_given_on({lead.pk: owner for lead, owner, _ in given if lead.owner_id is not None}, now)
    return numbers


def teams_of(owners: Iterable[int]) -> dict[int, int | None]:
    """Where leads of each person belong: the team in which they sell, else manage."""
    found: dict[int, int | None] = dict.fromkeys(sorted(owners))
    rows = Membership.objects.filter(user__in=list(found), role__in=[Role.MANAGER, Role.REP])
    # A manager's team first, so that one in which the person sells overwrites it; the oldest of a kind stays.
    for user, team in rows.order_by("role", "-pk").values_list("user_id", "team_id"):
        found[user] = team
    return found


def _assigned(
    lead: Lead, owner: int, team: int | None, how: str, actor: User | None, now: datetime
) -> NewEvent:
    return NewEvent(
        kind=Kind.ASSIGNED,
        lead_id=lead.pk,
        version_id=lead.version_id,
        occurred_at=now,
        recorded_at=now,
        actor_id=None if actor is None else actor.pk,
        owner_id=owner,
        team_id=lead.team_id if team is None else team,
        data={"how": how},
    )


def _remember_turn(rule: str, person: int, turn: int) -> None:
    if not rows.update(Share, {"last_turn": turn}, rule=rule, person_id=person):
        rows.insert(Share(rule=rule, person_id=person, last_turn=turn))


def _remember_turns(turns: Sequence[tuple[str, int, int]]) -> None:
    named = [Share(rule=rule, person_id=person, last_turn=turn) for rule, person, turn in turns if rule]
    if named:
        Share.objects.bulk_create(
            named, update_conflicts=True, unique_fields=["rule", "person"], update_fields=["last_turn"]
        )


def _decision(
    case: Case, pick: Pick, number: int | None, holding: Holding, now: datetime, *, save: bool = False
) -> Decision:
    made = Decision(
        lead_id=case.lead_id,
        event_id=number,
        decided_at=now,
        version=holding.version,
        rule=pick.rule,
        owner_id=pick.owner,
        why=dict(pick.why),
    )
    if save:
        rows.insert(made)
    return made
