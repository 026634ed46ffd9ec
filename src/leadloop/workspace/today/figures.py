"""The reader's own week and what is open: counts, and the two shares that the policy aims at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from leadloop.clocks.queries import Timeliness, target, timeliness
from leadloop.clocks.rules import BITS, ClockKind, Step
from leadloop.discovery.queries import Completeness
from leadloop.followup.models import FollowUp
from leadloop.leads.models import Lead, State
from leadloop.leads.money import Purse, Sums, main_first, sums
from leadloop.leads.permissions import restrict
from leadloop.people.models import Role, User
from leadloop.people.permissions import roles_of, visibility_of
from leadloop.playbook.models import Part
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
    last: Timeliness
    """Of the whole week before: on a Monday morning nothing is decided yet."""
    target: float
    follow_ups: int
    before: int
    """Follow-ups of the whole week before."""


Averages = Mapping[str, Decimal]


def responsible_for(user: User) -> QuerySet[Lead]:
    """A rep's own leads, a manager's teams; for the others everything they see.

    By a narrower visibility, not by a filter behind the whole one: so the index of owners is used.
    """
    seen = visibility_of(user)
    if Role.MANAGER in roles_of(user):
        seen = replace(seen, everything=False)
    return restrict(Lead.objects.shown(), replace(seen, pool=False, customers_of=frozenset()))


def walked(user: User, leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """The same as of :func:`responsible_for`, of ``leads`` of which one index holds everything that is asked.

    To go through that is quicker than to collect rows of the whole table by owners and by teams, which the
    database would rather do: the sums keep it from that.
    """
    seen = visibility_of(user)
    if seen.everything and Role.MANAGER not in roles_of(user):
        return leads
    own = leads.alias(_owner=F("owner_id") + 0, _team=F("team_id") + 0)
    return own.filter(Q(_owner__in=seen.owner_ids) | Q(_team__in=seen.team_ids))


def open_of(user: User) -> QuerySet[Lead]:
    """The open ones of them. A rep's own are few, and found by their owner."""
    if Role.MANAGER in roles_of(user):
        return walked(user, Lead.objects.filter(state=State.OPEN))
    return responsible_for(user).filter(state=State.OPEN)


@dataclass(frozen=True, slots=True)
class Group:
    """Open leads that have in common what the figures are told apart by."""

    owner_id: int | None
    currency: str
    grade: str
    count: int
    with_amount: int
    amount: Decimal | None
    contacted: int
    late: int
    first_late: datetime | None
    proposed: int
    discovered: int
    """Of the contacted ones, those whose need is known completely."""
    answered: int
    """Parts of need discovery that are answered, of the contacted ones together."""


def groups(leads: QuerySet[Lead], now: datetime) -> tuple[Group, ...]:
    """Everything that is counted of open leads, in one question."""
    late, contacted = Q(timing__due_at__lt=now), Q(first_followed_up_at__isnull=False)
    bit = BITS[ClockKind.FIRST_RESPONSE, Step.PROPOSE]
    rows = (
        leads.order_by()
        .alias(_steps=F("timing__steps").bitand(bit))
        .values_list("owner_id", "currency", "grade")
        .annotate(
            _count=Count("id"),
            _with_amount=Count("expected_amount"),
            _sum=Sum("expected_amount"),
            _contacted=Count("first_followed_up_at"),
            _late=Count("id", filter=late & Q(owner_id__isnull=False)),
            _first=Min("timing__due_at", filter=late & Q(owner_id__isnull=False)),
            _proposed=Count("id", filter=Q(_steps=bit) & Q(owner_id__isnull=False)),
            _discovered=Count("id", filter=Q(discovery__complete=True) & contacted),
            _answered=Coalesce(Sum("discovery__done", filter=contacted), 0),
        )
    )
    return tuple(Group(*row) for row in rows)


def figures(found: Sequence[Group], user: User, now: datetime) -> Figures:
    """Counts of this month, of the reader's own responsibility. No rates: those belong to the analysis."""
    expected, with_amount = Purse.empty(), Counter[str]()
    for group in found:
        with_amount[group.currency] += group.with_amount
        expected.add(group.currency, group.amount, group.count)
    closed, won = _closed(user, now)
    return Figures(
        open=sum(group.count for group in found),
        open_amount=sums(expected.amounts, main_first([expected])),
        grade_a=sum(group.count for group in found if group.grade == "A"),
        won=closed[State.WON],
        won_amount=sums(won.amounts, main_first([won])),
        lost=closed[State.LOST],
        averages={
            code: whole / with_amount[code] for code, whole in expected.amounts.items() if with_amount[code]
        },
    )


def _closed(user: User, now: datetime) -> tuple[Counter[str], Purse]:
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counts, won = Counter[str](), Purse.empty()
    lately = Lead.objects.filter(closed_at__isnull=False, closed_at__lately=month)
    closed = walked(user, lately.filter(state__in=[State.WON, State.LOST])).order_by()
    rows = closed.values_list("state", "currency").annotate(count=Count("id"), sum=Sum("amount"))
    for state, currency, count, amount in rows:
        counts[state] += count
        if state == State.WON:
            won.add(currency, amount, count)
    return counts, won


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
        last=timeliness(start=last, end=start, now=now, owners=owners, teams=teams),
        target=target(default_process().pk),
        follow_ups=logged["now"],
        before=logged["all"] - logged["now"],
    )


def discovery(found: Sequence[Group]) -> Completeness:
    """Of the leads that somebody has followed up: how much of the four parts is known, as the sum of all.

    Another figure than the one with the target, which is of leads that have gone on to a proposal.
    """
    n = sum(group.contacted for group in found)
    parts = sum(group.answered for group in found) / len(Part)
    complete = sum(group.discovered for group in found)
    return Completeness(complete, n, parts)
