"""The reader's own week and what is open: counts, and the two shares that the policy aims at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from leadloop.clocks.queries import Timeliness, target, timeliness
from leadloop.discovery.queries import Completeness, completeness
from leadloop.discovery.queries import target as completeness_target
from leadloop.followup.models import FollowUp
from leadloop.leads.models import Lead, State
from leadloop.leads.money import Purse, Sums, main_first, sums
from leadloop.leads.permissions import restrict
from leadloop.people.models import Role, User
from leadloop.people.permissions import roles_of, visibility_of
from leadloop.process.queries import default_process


@dataclass(frozen=True, slots=True)
class Figures:
    open: int
    open_amount: Sums
    grade_a: int
    won: int
    won_amount: Sums
    lost: int
    averages: Mapping[str, Decimal]
    """Currency -> expected amount of an open lead that has one, on average."""


@dataclass(frozen=True, slots=True)
class Week:
    """Since Monday."""

    timeliness: Timeliness
    target: float
    follow_ups: int
    before: int
    """Follow-ups of the whole week before."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """How far the needs of the open leads are known that somebody has followed up."""

    found: Completeness
    target: float


Averages = Mapping[str, Decimal]


def responsible_for(user: User) -> QuerySet[Lead]:
    """A rep's own leads, a manager's teams; for the others everything they see.

    By a narrower visibility, not by a filter behind the whole one: so the index of owners is used.
    """
    seen = visibility_of(user)
    if Role.MANAGER in roles_of(user):
        seen = replace(seen, everything=False)
    return restrict(Lead.objects.shown(), replace(seen, pool=False, customers_of=frozenset()))


def figures(leads: QuerySet[Lead], now: datetime) -> Figures:
    """Counts of this month, of the reader's own responsibility. No rates: those belong to the analysis."""
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    expected, won = Purse.empty(), Purse.empty()
    amounts = Counter[str]()
    counts = Counter[str]()
    still = leads.filter(state=State.OPEN).order_by().values_list("currency", "grade")
    summed = still.annotate(
        count=Count("id"), with_amount=Count("expected_amount"), sum=Sum("expected_amount")
    )
    for currency, grade, count, with_amount, amount in summed:
        counts["open"] += count
        counts["grade_a"] += count if grade == "A" else 0
        amounts[currency] += with_amount
        expected.add(currency, amount, count)
    lately = leads.filter(closed_at__isnull=False, closed_at__lately=month)
    closed = lately.filter(state__in=[State.WON, State.LOST]).order_by()
    by_outcome = closed.values_list("state", "currency").annotate(count=Count("id"), sum=Sum("amount"))
    for state, currency, count, amount in by_outcome:
        counts[state] += count
        if state == State.WON:
            won.add(currency, amount, count)
    return Figures(
        open=counts["open"],
        open_amount=sums(expected.amounts, main_first([expected])),
        grade_a=counts["grade_a"],
        won=counts[State.WON],
        won_amount=sums(won.amounts, main_first([won])),
        lost=counts[State.LOST],
        averages={code: whole / amounts[code] for code, whole in expected.amounts.items() if amounts[code]},
    )


def week_start(now: datetime) -> datetime:
    local = timezone.localtime(now)
    monday = local.date() - timedelta(days=local.weekday())
    return timezone.make_aware(datetime.combine(monday, time.min))


def week(user: User, now: datetime) -> Week:
    """Of a rep: the own ones; of a manager: the teams'; of the others: everybody's."""
    start, roles, seen = week_start(now), roles_of(user), visibility_of(user)
    owners, teams = None, None
    by = FollowUp.objects.all()
    if Role.MANAGER in roles and not seen.everything:
        teams = seen.team_ids
        by = by.filter(lead__team__in=seen.team_ids)
    elif Role.REP in roles and not seen.everything:
        owners = {user.pk}
        by = by.filter(by=user)
    last = start - timedelta(days=7)
    logged = by.filter(at__gte=last, at__lte=now).aggregate(
        all=Count("pk"), now=Count("pk", filter=Q(at__gte=start))
    )
    return Week(
        timeliness=timeliness(
            start=start, end=now + timedelta(microseconds=1), now=now, owners=owners, teams=teams
        ),
        target=target(default_process().pk),
        follow_ups=logged["now"],
        before=logged["all"] - logged["now"],
    )


def discovery(leads: QuerySet[Lead]) -> Discovery:
    contacted = leads.filter(state=State.OPEN).exclude(first_followed_up_at=None)
    return Discovery(completeness(contacted), completeness_target(default_process().pk))
