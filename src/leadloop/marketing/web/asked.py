"""Which period is asked for, by whom, of which data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leadloop.analysis.scope import Scope
from leadloop.foundation.errors import NotAllowed, UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period
from leadloop.marketing.permissions import may_manage, sees_costs
from leadloop.marketing.queries import Spent, spent
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.store import scopes
from leadloop.store.snapshots import Snapshot, open_snapshot


@dataclass(frozen=True, slots=True)
class Asked:
    user: User
    snapshot: Snapshot
    scope: Scope
    spent: Spent | None
    """None for readers who see only some of the leads that the money was spent on."""


@dataclass(frozen=True, slots=True)
class PeriodChip:
    title: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """Above the figures: the period, and the days to type another one."""

    chips: tuple[PeriodChip, ...]
    period: str
    first: str
    last: str
    """The last day, included."""
    address: str
    currency: str
    others: tuple[str, ...]
    hidden_costs: bool
    lagging: bool


def reader(request: HttpRequest) -> User:
    user = request.user
    if not isinstance(user, User) or not may(user, "analysis"):
        raise NotAllowed(msg("Your role does not include analyses."))
    return user


def manager(request: HttpRequest) -> User:
    user = reader(request)
    if not may_manage(user):
        raise NotAllowed(msg("Only marketing and sales operations change channels, campaigns and costs."))
    return user


def read(request: HttpRequest) -> Asked:
    """The question in the address: this quarter where it names no period."""
    user = reader(request)
    snapshot = open_snapshot()
    scope = scopes.read_scope(
        request.GET,
        as_of=snapshot.as_of,
        visibility=visibility_of(user),
        zone=user.zone,
        default=Period.containing(today(snapshot, user.zone), "quarter", user.zone),
    )
    if typed := _typed(request, user.zone):
        scope = replace(scope, period=typed)
    scope = replace(scope, compare=None, process=None, dimensions=())
    return Asked(user, snapshot, scope, _spent(request, user, scope))


def _spent(request: HttpRequest, user: User, scope: Scope) -> Spent | None:
    if not sees_costs(user):
        return None
    currency = request.GET.get("currency", "")
    return spent(scope.period, currency if len(currency) == 3 and currency.isalpha() else "")


def today(snapshot: Snapshot, zone: str) -> date:
    return snapshot.as_of.astimezone(ZoneInfo(zone)).date()


def bar(asked: Asked) -> Bar:
    scope, known = asked.scope, asked.spent
    period = scope.period
    return Bar(
        chips=tuple(_chips(asked)),
        period=str(period) if period else _("all time"),
        first=period.start.isoformat() if period else "",
        last=period.last_day.isoformat() if period else "",
        address="?" + scopes.query(scope),
        currency=known.currency if known else "",
        others=known.others if known else (),
        hidden_costs=known is None,
        lagging=asked.snapshot.lagging,
    )


def _chips(asked: Asked) -> list[PeriodChip]:
    day, zone = today(asked.snapshot, asked.scope.zone), asked.scope.zone
    quarter = Period.containing(day, "quarter", zone)
    year = Period.containing(day, "year", zone)
    offered = [
        (_("This month"), Period.containing(day, "month", zone)),
        (_("This quarter"), quarter),
        (_("Last quarter"), quarter.previous()),
        (_("This year"), year),
        (_("Last year"), year.previous()),
        (_("All time"), None),
    ]
    return [
        PeriodChip(
            title,
            "?" + scopes.query(replace(asked.scope, period=period)),
            _same(period, asked.scope.period),
        )
        for title, period in offered
    ]


def _same(one: Period | None, other: Period | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.start, one.end) == (other.start, other.end)


def _typed(request: HttpRequest, zone: str) -> Period | None:
    """Two days typed into the bar, the last one included."""
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    if not first or not last:
        return None
    try:
        end = date.fromisoformat(last) + timedelta(days=1)
        return scopes.named_period("period", f"{date.fromisoformat(first)}..{end}", zone)
    except (ValueError, OverflowError):
        raise UsageError(msg("Write both days as 2026-06-30."), field="period") from None
