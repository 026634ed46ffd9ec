"""What waits in the pools, for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from leadloop.analysis.tables import Kind
from leadloop.assignment.models import ConflictCase, ConflictState
from leadloop.assignment.pools import Pool, PoolPolicy
from leadloop.assignment.queries.policies import channel_lines, channels_below, pool_policies, team_lines
from leadloop.assignment.rules import Case, Condition, Policy
from leadloop.foundation.text import fold
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, State
from leadloop.people.models import Role, User
from leadloop.people.permissions import roles_of, visibility_of
from leadloop.process.models import Process


@dataclass(frozen=True, slots=True)
class Shelf:
    """One pool of one process as somebody sees it."""

    process: Process
    pool: Pool
    policy: PoolPolicy
    may_claim: bool

    @property
    def key(self) -> str:
        return f"{self.process.key}.{self.pool.key}"


def shelves(user: User) -> list[Shelf]:
    """The pools that this person sees, in their order."""
    roles = roles_of(user)
    sells_in = _sells_in(user)
    found = []
    for process, policy in pool_policies().items():
        for pool in policy.pools:
            if pool.problem is not None:
                continue
            seen = not pool.seen_by or not pool.seen_by.isdisjoint(sells_in)
            if not ((seen and Role.REP in roles) or roles & {Role.OPS, Role.MANAGER}):
                continue
            claims = not pool.claimed_by or not pool.claimed_by.isdisjoint(sells_in)
            found.append(Shelf(process, pool, policy, claims and bool(roles & {Role.REP, Role.MANAGER})))
    return found


def _sells_in(user: User) -> frozenset[int]:
    """The teams of a person, and those above them."""
    own = user.memberships.filter(role__in=[Role.REP, Role.MANAGER]).values_list("team_id", flat=True)
    lines = team_lines()
    return frozenset(one for team in own for one in lines.get(team or 0, ()))


def leads_on(shelf: Shelf, user: User) -> QuerySet[Lead]:
    """The leads that wait there and that this person may see there. Held ones wait for a decision instead."""
    waiting = (
        Lead.objects.filter(state=State.OPEN, owner=None, process=shelf.process)
        .exclude(pk__in=held())
        .filter(_only(shelf.policy, shelf.pool))
    )
    roles = roles_of(user)
    if Role.OPS in roles or Role.REP in roles:
        return waiting
    return waiting.filter(team__in=visibility_of(user).team_ids)


def held() -> QuerySet[ConflictCase, int]:
    return ConflictCase.objects.filter(state=ConflictState.OPEN).values_list("lead_id", flat=True)


def is_held(lead: Lead) -> bool:
    return ConflictCase.objects.filter(lead=lead, state=ConflictState.OPEN).exists()


def _only(policy: PoolPolicy, pool: Pool) -> Q:
    """In this pool and in none before it."""
    found = Q()
    for one in policy.pools:
        if one.problem is not None:
            continue
        if one.key == pool.key:
            return found & _conditions(one.conditions)
        found &= ~_conditions(one.conditions)
    return found


def _conditions(conditions: Iterable[Condition]) -> Q:
    found = Q()
    below = channels_below()
    for one in conditions:
        if one.field == "channel":
            ids = [int(pk) for value in one.values for pk in below(value)]
            # NOT (NULL IN …) is NULL: a lead without channel would be in no pool at all.
            found &= Q(channel__in=ids, channel__isnull=False)
        else:
            found &= Q(**{f"{one.field}__in": one.values})
    return found


def pool_of(lead: Lead, policy: PoolPolicy) -> Pool:
    """The same question about one lead."""
    below = channels_below()
    for pool in policy.pools[:-1]:
        if pool.problem is None and all(_has(lead, one, below) for one in pool.conditions):
            return pool
    return policy.pools[-1]


def _has(lead: Lead, condition: Condition, below: object) -> bool:
    if condition.field == "channel":
        assert callable(below)
        return lead.channel_id is not None and any(
            str(lead.channel_id) in set(below(value)) for value in condition.values
        )
    return str(getattr(lead, condition.field)) in condition.values


def open_claims(person: User) -> int:
    """Open leads that this person took from a pool, and was not given meanwhile by somebody else."""
    own = Lead.objects.filter(owner=person, state=State.OPEN).values("pk")
    rows = Event.objects.filter(lead_id__in=own, kind=Kind.ASSIGNED).order_by("occurred_at", "id")
    last = {lead_id: data.get("how") for lead_id, data in rows.values_list("lead_id", "data")}
    return sum(how == "claimed" for how in last.values())


def cases(rows: Iterable[Mapping[str, object]], policy: Policy) -> list[Case]:
    """Leads (as ``values`` with :data:`CASE_FIELDS`) as the rules see them."""
    lines = channel_lines() if policy.asks_channels else {}
    return [
        Case(
            lead_id=int(str(row["pk"])),
            customer_id=int(str(row["customer_id"])),
            grade=str(row["grade"]),
            region=str(row["region"]),
            industry=str(row["industry"]),
            size=str(row["size"]),
            channels=_line(row["channel_id"], lines),
        )
        for row in rows
    ]


def _line(channel: object, lines: Mapping[int, frozenset[int]]) -> frozenset[str]:
    if channel is None:
        return frozenset()
    return frozenset(fold(str(pk)) for pk in lines.get(int(str(channel)), frozenset()))


CASE_FIELDS = ("pk", "customer_id", "grade", "region", "industry", "size", "channel_id")


def case_of(lead: Lead, policy: Policy) -> Case:
    return cases([{name: getattr(lead, name) for name in CASE_FIELDS}], policy)[0]
