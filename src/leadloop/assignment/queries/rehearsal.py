"""What rules would have done with the leads of a past period. Nothing is written."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from leadloop.assignment.engine import Desk, Loads
from leadloop.assignment.queries import people, waiting
from leadloop.assignment.rules import Policy
from leadloop.foundation.period import Period
from leadloop.leads.models import COUNTED, Lead
from leadloop.process.models import Process

MOST = 50_000
"""Leads of a rehearsal: more than a month of most companies, and still a few seconds."""


@dataclass(slots=True)
class Share:
    """What one person would have got, and what they really have of the same leads."""

    person_id: int
    grades: Counter[str] = field(default_factory=Counter)
    really: int = 0

    @property
    def total(self) -> int:
        return sum(self.grades.values())


@dataclass(frozen=True, slots=True)
class Rehearsal:
    leads: int
    shares: Sequence[Share]
    by_rule: Counter[int]
    """Rule number -> leads; 0 is everybody, -1 the customer's owner."""
    unassigned: int
    cut: bool


def rehearse(process: Process, policy: Policy, period: Period, now: datetime) -> Rehearsal:
    """Lead by lead in the order of their registration, each counted as open until it was really closed.

    Everybody starts with the leads that they had then. Absences are those of today's calendar on that day.
    """
    rows = Lead.objects.filter(
        process=process,
        registered_at__gte=period.starts_at,
        registered_at__lt=period.ends_at,
        state__in=COUNTED,
    )
    leads = list(rows.order_by("registered_at", "pk")[: MOST + 1])
    cut, leads = len(leads) > MOST, leads[:MOST]
    present = people.people(policy, now)
    desk = Desk(policy, present, _loads_at(period.starts_at, [one.id for one in present]))
    desk.loads.owners = _owners_at(leads, period.starts_at)
    shares = {one.id: Share(one.id) for one in present}
    by_rule: Counter[int] = Counter()
    unassigned = 0
    closing = _closing_of_then(period.starts_at, set(shares))
    for lead, case in zip(leads, waiting.cases(_facts(leads), policy), strict=True):
        _close_until(lead.registered_at, closing, desk.loads)
        pick = desk.assign(case)
        if lead.owner_id in shares:
            shares[lead.owner_id].really += 1
        if pick.owner is None:
            unassigned += 1
            continue
        shares.setdefault(pick.owner, Share(pick.owner)).grades[case.grade] += 1
        by_rule[int(pick.why.get("rule", -1))] += 1
        if lead.closed_at:
            heapq.heappush(closing, (lead.closed_at, lead.pk, pick.owner, case.grade))
    ordered = sorted(shares.values(), key=lambda share: (-share.total, -share.really, share.person_id))
    return Rehearsal(len(leads), ordered, by_rule, unassigned, cut)


def _facts(leads: Sequence[Lead]) -> list[dict[str, object]]:
    return [{name: getattr(lead, name) for name in waiting.CASE_FIELDS} for lead in leads]


def _close_until(moment: datetime, closing: list[tuple[datetime, int, int, str]], loads: Loads) -> None:
    while closing and closing[0][0] <= moment:
        _, _, owner, grade = heapq.heappop(closing)
        loads.add(owner, grade, -1)


def _loads_at(moment: datetime, people: Sequence[int]) -> Loads:
    """Of the present owners: whose a lead was before it changed hands does not matter for a rehearsal."""
    held = _open_at(moment).filter(owner__in=people)
    loads = Loads()
    for owner, grade, count in held.order_by().values_list("owner", "grade").annotate(Count("pk")):
        loads.add(owner, grade, count)
    return loads


def _closing_of_then(moment: datetime, people: Collection[int]) -> list[tuple[datetime, int, int, str]]:
    """When the leads that everybody starts with were closed, soonest first."""
    rows = _open_at(moment).filter(owner__in=list(people), closed_at__isnull=False)
    found = rows.values_list("closed_at", "pk", "owner", "grade")
    return sorted((at, pk, owner, grade) for at, pk, owner, grade in found if at is not None)


def _owners_at(leads: Sequence[Lead], moment: datetime) -> dict[int, int]:
    customers = {lead.customer_id for lead in leads}
    rows = _open_at(moment).filter(owner__is_active=True).order_by("-captured_at", "-pk")
    pairs = rows.values_list("customer", "owner").iterator(chunk_size=5_000)
    return {customer: owner for customer, owner in pairs if customer in customers}


def _open_at(moment: datetime) -> QuerySet[Lead]:
    was_open = Q(closed_at=None) | Q(closed_at__gt=moment)
    return Lead.objects.filter(was_open, registered_at__lt=moment, state__in=COUNTED)
