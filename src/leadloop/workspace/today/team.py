"""What a manager looks at: what the clocks propose, who is late, what is stuck. And what just came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from leadloop.assignment.queries.people import absent
from leadloop.clocks.queries import (
    Nudged,
    Timeliness,
    late,
    nudges_of,
    nudges_to,
    proposed,
    stored_clocks,
    timeliness_by_owner,
)
from leadloop.clocks.queries.basis import basis
from leadloop.leads.models import Lead, State
from leadloop.leads.web.columns import by_grade
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.process.models import Stage
from leadloop.workspace.today.figures import week_start

SHOWN = 8
FRESH = timedelta(days=2)
WITH = ("customer", "stage", "channel", "owner", "contact", "timing")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A lead of the team that needs a manager."""

    lead: Lead
    over: timedelta | None
    """Working time since its clock ran out; for what is stuck, days over what the stage may take."""
    nudged: Nudged | None = None
    to_pool: bool = False
    """What the policy proposes: the pool, not somebody else."""


@dataclass(frozen=True, slots=True)
class Section:
    total: int
    rows: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One owner's standing today."""

    user: User
    open: int
    late: int
    over: timedelta | None
    """How long the worst has been late, in working time."""
    untouched: int
    """Not followed up yet at all."""
    timeliness: Timeliness
    nudged: Nudged | None
    away: bool


@dataclass(frozen=True, slots=True)
class People:
    total: int
    late: int
    """Leads of all of them."""
    rows: tuple[Person, ...]


def proposals(leads: QuerySet[Lead], now: datetime) -> Section:
    """For which the ladder proposes another owner or the pool, the most valuable first."""
    found = proposed(leads.filter(state=State.OPEN, owner__isnull=False))
    ids = list(found.order_by(by_grade(), "timing__first_due_at", "pk").values_list("pk", flat=True)[:SHOWN])
    return Section(found.order_by().count(), _waiting(ids, now))


def stuck(leads: QuerySet[Lead], now: datetime) -> Section:
    """Followed up, and longer in their stage than the process expects."""
    limits = dict(Stage.objects.filter(expected_days__gt=0, won=False).values_list("id", "expected_days"))
    over = Q(pk__in=[])
    for stage_id, days in limits.items():
        over |= Q(stage=stage_id, stage_since__lt=now - timedelta(days=days or 0))
    contacted = leads.filter(state=State.OPEN, owner__isnull=False).exclude(first_followed_up_at=None)
    found = contacted.filter(over)
    # First which they are, from an index; whole rows of thousands would be carried through the sorting.
    ids = list(found.order_by(by_grade(), "stage_since", "id").values_list("pk", flat=True)[:SHOWN])
    rows = _waiting(ids, now)
    return Section(
        found.order_by().count(),
        tuple(
            Waiting(
                row.lead,
                now - row.lead.stage_since - timedelta(days=limits.get(row.lead.stage_id) or 0),
                row.nudged,
            )
            for row in rows
        ),
    )


def fresh(leads: QuerySet[Lead], now: datetime) -> Section:
    """Captured in the last two days."""
    found = leads.filter(state=State.OPEN, captured_at__gte=now - FRESH)
    ids = list(found.order_by("-captured_at", "-id").values_list("pk", flat=True)[:SHOWN])
    rows = Lead.objects.select_related(*WITH).in_bulk(ids)
    return Section(found.order_by().count(), tuple(Waiting(rows[pk], None) for pk in ids if pk in rows))


def _waiting(ids: Sequence[int], now: datetime) -> tuple[Waiting, ...]:
    rows = Lead.objects.select_related(*WITH).in_bulk(ids)
    nudged = nudges_of(ids)
    by = basis()
    return tuple(
        Waiting(
            rows[pk],
            _over(rows[pk], now),
            nudged.get(pk),
            by.limits_of(rows[pk].process_id).propose == "pool",
        )
        for pk in ids
        if pk in rows
    )


def _over(lead: Lead, now: datetime) -> timedelta | None:
    return max((clock.over for clock in stored_clocks(lead, now) if clock.over is not None), default=None)


def people(user: User, leads: QuerySet[Lead], now: datetime, *, limit: int = 30) -> People:
    """Owners who are late, those with the most first; then the others by name."""
    if not may(user, "assign"):
        return People(0, 0, ())
    counted = _counted(leads, now)
    behind = sorted(counted, key=lambda pk: (-counted[pk][1], counted[pk][2] or now, pk))
    shown = behind[:limit]
    users = User.objects.in_bulk(shown)
    start = week_start(now)
    seen = visibility_of(user)
    figures = timeliness_by_owner(
        start=start,
        end=now + timedelta(microseconds=1),
        now=now,
        teams=None if seen.everything else seen.team_ids,
    )
    nudged = nudges_to(shown, since=start)
    away = absent({pk: one.zone for pk, one in users.items()}, now)
    times = basis().times_of(None).working
    return People(
        total=len(counted),
        late=sum(row[1] for row in counted.values()),
        rows=tuple(
            Person(
                user=users[pk],
                open=counted[pk][0],
                late=counted[pk][1],
                over=times.between(first, now) if (first := counted[pk][2]) is not None else None,
                untouched=counted[pk][3],
                timeliness=figures.get(pk, Timeliness(0, 0)),
                nudged=nudged.get(pk),
                away=pk in away,
            )
            for pk in shown
        ),
    )


def _counted(leads: QuerySet[Lead], now: datetime) -> Mapping[int, tuple[int, int, datetime | None, int]]:
    """Owner -> open, late, since when the first of them, untouched. The first is read from an index alone."""
    open_ones = leads.filter(state=State.OPEN, owner__isnull=False).order_by()
    untouched = Count("pk", filter=Q(first_followed_up_at=None))
    all_open = open_ones.values_list("owner_id").annotate(open=Count("pk"), untouched=untouched)
    rows = (
        late(open_ones, now).values_list("owner_id").annotate(late=Count("pk"), first=Min("timing__due_at"))
    )
    behind: dict[int, tuple[int, datetime]] = {owner: (count, first) for owner, count, first in rows}
    return {
        owner: (count, *behind.get(owner, (0, None)), fresh_ones) for owner, count, fresh_ones in all_open
    }
