"""Timeliness: which share of the first follow-ups came within the limit.

One clock is one owner of one lead who had not been followed up yet. It counts when it is decided: at the
follow-up that came in time, else when the limit was over. Clocks that ended before either (given on, back to
the pool, closed) are not counted: nobody can say. Judged by the limits and the calendar as they hold now, so
that periods are compared by one measure. Leads that count nowhere are not counted here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet

from leadloop.clocks.models import FirstResponse
from leadloop.clocks.queries.basis import basis
from leadloop.leads.models import Lead

MET = Q(followed=True, ended_at__lte=F("due_at"))


@dataclass(frozen=True, slots=True)
class Timeliness:
    met: int
    n: int

    @property
    def share(self) -> float | None:
        return self.met / self.n if self.n else None


def responses(
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    owners: Collection[int] | None = None,
    teams: Collection[int] | None = None,
    leads: QuerySet[Lead] | None = None,
) -> QuerySet[FirstResponse]:
    """The clocks that a figure counts: decided from ``start`` (included) to ``end``, not after ``now``."""
    found = FirstResponse.objects.filter(decided_at__gte=start, decided_at__lt=end, decided_at__lte=now)
    if owners is not None:
        found = found.filter(owner__in=owners)
    if teams is not None:
        found = found.filter(team_id__in=teams)
    return found if leads is None else found.filter(lead__in=leads)


def timeliness(
    *,
    start: datetime,
    end: datetime,
    now: datetime,
    owners: Collection[int] | None = None,
    teams: Collection[int] | None = None,
    leads: QuerySet[Lead] | None = None,
) -> Timeliness:
    """Of some people, of some teams (as they were then), or of ``leads``."""
    found = responses(start=start, end=end, now=now, owners=owners, teams=teams, leads=leads)
    return Timeliness(**found.aggregate(met=Count("pk", filter=MET), n=Count("pk")))


def timeliness_by_owner(
    *, start: datetime, end: datetime, now: datetime, teams: Collection[int] | None = None
) -> dict[int, Timeliness]:
    rows = responses(start=start, end=end, now=now, teams=teams).order_by().values_list("owner_id")
    counted = rows.annotate(met=Count("pk", filter=MET), n=Count("pk"))
    return {owner: Timeliness(met, n) for owner, met, n in counted}


def target(process_id: int) -> float:
    """The share that the policy aims at."""
    return basis().limits_of(process_id).target
