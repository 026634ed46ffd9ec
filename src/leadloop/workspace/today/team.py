"""What a manager looks at: what the clocks propose, who is late, what is stuck. And what just came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from leadloop.assignment.queries.people import absent
from leadloop.clocks.queries import (
    Nudged,
    Timeliness,
    nudges_of,
    nudges_to,
    proposed,
    stored_clocks,
    timeliness_by_owner,
)
from leadloop.clocks.queries.basis import basis
from leadloop.leads.conditions import Condition, write
from leadloop.leads.conditions import Group as Conditions
from leadloop.leads.models import Lead, State
from leadloop.leads.web.columns import by_grade
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.process.models import Stage
from leadloop.workspace.today.figures import Group, week_start

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

    @property
    def late_leads(self) -> str:
        """The list of them."""
        overdue = write(Conditions("and", (Condition("due", "older", ("0",)),)))
        asked = urlencode({"owner": self.user.pk, "state": State.OPEN, "f": overdue, "sort": "due"})
        return f"{reverse('leads:list')}?{asked}"


@dataclass(frozen=True, slots=True)
class People:
    total: int
    late: int
    """Leads of all of them."""
    rows: tuple[Person, ...]


def proposals(found: Sequence[Group], leads: QuerySet[Lead], now: datetime) -> Section:
    """For which the ladder proposes another owner or the pool, the most valuable first."""
    total = sum(group.proposed for group in found)
    if not total:
        return Section(0, ())
    rows = proposed(leads.filter(owner_id__isnull=False))
    ids = list(rows.order_by(by_grade(), "timing__first_due_at", "pk").values_list("pk", flat=True)[:SHOWN])
    return Section(total, _waiting(ids, now))


def stuck(leads: QuerySet[Lead], now: datetime) -> Section:
    """Followed up, and longer in their stage than the process expects."""
    limits = dict(Stage.objects.filter(expected_days__gt=0, won=False).values_list("id", "expected_days"))
    over = Q(pk__in=[])
    for stage_id, days in limits.items():
        over |= Q(stage=stage_id, stage_since__lt=now - timedelta(days=days or 0))
    contacted = leads.filter(owner_id__isnull=False, first_followed_up_at__isnull=False)
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
    found = leads.filter(captured_at__gte=now - FRESH)
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


def people(user: User, found: Sequence[Group], now: datetime, *, limit: int = 30) -> People:
    """Owners who are late, those with the most first; then the others."""
    if not may(user, "assign"):
        return People(0, 0, ())
    counted = _counted(found)
    behind = sorted(counted, key=lambda pk: (-counted[pk].late, counted[pk].first or now, pk))
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
        late=sum(desk.late for desk in counted.values()),
        rows=tuple(
            Person(
                user=users[pk],
                open=counted[pk].open,
                late=counted[pk].late,
                over=times.between(first, now) if (first := counted[pk].first) is not None else None,
                untouched=counted[pk].untouched,
                timeliness=figures.get(pk, Timeliness(0, 0)),
                nudged=nudged.get(pk),
                away=pk in away,
            )
            for pk in shown
        ),
    )


@dataclass(slots=True)
class _Desk:
    open: int = 0
    late: int = 0
    first: datetime | None = None
    untouched: int = 0


def _counted(found: Sequence[Group]) -> Mapping[int, _Desk]:
    desks: dict[int, _Desk] = {}
    for group in found:
        if group.owner_id is None:
            continue
        desk = desks.setdefault(group.owner_id, _Desk())
        desk.open += group.count
        desk.late += group.late
        desk.untouched += group.count - group.contacted
        if group.first_late is not None:
            desk.first = group.first_late if desk.first is None else min(desk.first, group.first_late)
    return desks
