"""Completeness of need discovery: which share of leads has every part that the policy asks for.

Two figures. :func:`completeness` says how some leads stand now. :func:`discovered` is the one with a target
(“need-discovery completeness >= 85 %”): of the leads that went on to a proposal within a period, the share
whose need was completely discovered *when they went on*. A lead goes on when it first enters a stage of the
canonical step of proposals, or a later one. What is written down afterwards does not mend the figure, and a
lead that ends before that is not counted: a need that does not match need not be discovered to its end. An
answer that was removed never counted. Leads that count nowhere are not counted here. By owner or team means
who has the lead now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from leadloop.analysis.tables import Kind
from leadloop.discovery.models import Answer
from leadloop.discovery.queries.policies import policy_of
from leadloop.discovery.rules import standing_of
from leadloop.journal.models import Event
from leadloop.leads.models import COUNTED, Lead, State
from leadloop.people.kept import steady
from leadloop.playbook.models import Part
from leadloop.process.models import Stage

PROPOSAL = 4
"""The canonical step with which discovery is over."""


@dataclass(frozen=True, slots=True)
class Completeness:
    complete: int
    n: int
    parts: float
    """Sum over the leads of the share of parts that are there."""

    @property
    def share(self) -> float | None:
        """Of leads with all parts."""
        return self.complete / self.n if self.n else None

    @property
    def mean(self) -> float | None:
        """Of parts that are there, over all leads."""
        return self.parts / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Decided:
    """A lead that went on, and how far its discovery was then."""

    lead_id: int
    owner_id: int | None
    at: datetime
    complete: bool
    share: float


@steady()
def completeness(leads: QuerySet[Lead]) -> Completeness:
    """Of these leads, as they stand now."""
    rows = leads.order_by().values_list("process_id", "discovery__parts").annotate(n=Count("pk"))
    complete, n, parts = 0, 0, 0.0
    for process_id, answered, count in rows:
        standing = standing_of(answered or "", policy_of(process_id))
        complete += count if standing.complete else 0
        n += count
        parts += count * standing.share
    return Completeness(complete, n, parts)


def answered_parts(process_id: int) -> tuple[int, dict[Part, int]]:
    """The open leads of a process, and for each part those that have an answer."""
    rows = Lead.objects.filter(process=process_id, state=State.OPEN).order_by()
    total, counts = 0, dict.fromkeys(Part, 0)
    for parts, number in rows.values_list("discovery__parts").annotate(number=Count("pk")):
        total += number
        for letter in parts or "":
            counts[Part(letter)] += number
    return total, counts


def discovered(
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    owners: Collection[int] | None = None,
    teams: Collection[int] | None = None,
    leads: QuerySet[Lead] | None = None,
) -> Completeness:
    """Of the leads that went on from ``start`` (included) to ``end``, not after ``now``."""
    return _summed(discovered_leads(start=start, end=end, now=now, owners=owners, teams=teams, leads=leads))


@steady()
def discovered_leads(
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    owners: Collection[int] | None = None,
    teams: Collection[int] | None = None,
    leads: QuerySet[Lead] | None = None,
) -> tuple[Decided, ...]:
    """The leads behind the figure, by number of the lead."""
    # Nobody who went on since then stands where they stood before: few of a large table remain.
    found = (Lead.objects if leads is None else leads).filter(state__in=COUNTED, stage_since__gte=start)
    if owners is not None:
        found = found.filter(owner__in=owners)
    if teams is not None:
        found = found.filter(team__in=teams)
    went_on = {pk: at for pk, at in _went_on(found).items() if start <= at < end and at <= now}
    answered = _answered(went_on)
    held = Lead.objects.filter(id__among=went_on).order_by("pk")
    return tuple(
        _decided(pk, owner_id, process_id, went_on[pk], answered.get(pk, {}))
        for pk, owner_id, process_id in held.values_list("pk", "owner_id", "process_id")
    )


def _decided(
    pk: int, owner_id: int | None, process_id: int, at: datetime, answered: Mapping[str, datetime]
) -> Decided:
    parts = [part for part, said in answered.items() if said <= at]
    standing = standing_of(parts, policy_of(process_id))
    return Decided(pk, owner_id, at, standing.complete, standing.share)


def _went_on(leads: QuerySet[Lead]) -> dict[int, datetime]:
    """When each first entered a stage behind discovery."""
    beyond = list(Stage.objects.filter(canonical__gte=PROPOSAL).values_list("pk", flat=True))
    rows = Event.objects.filter(
        lead_id__in=leads.order_by().values("pk"), kind=Kind.STAGE, stage_id__in=beyond
    )
    return dict(rows.order_by().values_list("lead_id").annotate(at=Min("occurred_at")))


def _answered(lead_ids: Collection[int]) -> dict[int, dict[str, datetime]]:
    """When each part was first answered."""
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    rows = Answer.objects.filter(lead__id__among=lead_ids, removed_at=None).order_by()
    for lead_id, part, at in rows.values_list("lead_id", "part").annotate(at=Min("at")):
        found[lead_id][part] = at
    return found


def _summed(rows: Iterable[Decided]) -> Completeness:
    complete, n, parts = 0, 0, 0.0
    for row in rows:
        complete += row.complete
        n += 1
        parts += row.share
    return Completeness(complete, n, parts)
