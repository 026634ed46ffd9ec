"""Of what the page speaks: a period, a team or all of the reader's, and the address that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from leadloop.analysis.scope import Visibility
from leadloop.foundation.errors import NotAllowed, NotFound, UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period
from leadloop.leads.models import COUNTED, Lead
from leadloop.leads.permissions import restrict
from leadloop.people.models import Role, Team, User
from leadloop.people.permissions import may, roles_of, team_tree, visibility_of
from leadloop.people.queries import teams_for

LONGEST = 366 * 2
YEARS = 1990, 9000


@dataclass(frozen=True, slots=True)
class Scope:
    """``seen``: what the reader answers for: a rep's own leads, a manager's teams, for others everything."""

    period: Period
    now: datetime
    seen: Visibility
    team: Team | None = None

    @property
    def start(self) -> datetime:
        return self.period.starts_at

    @property
    def end(self) -> datetime:
        return self.period.ends_at

    @property
    def leads(self) -> QuerySet[Lead]:
        """Invalid and merged leads count nowhere; nor does what the reader does not see."""
        found = restrict(Lead.objects.filter(state__in=COUNTED), self.seen)
        return found if self.team is None else found.filter(team__in=team_tree({self.team.pk}))

    @property
    def narrow(self) -> bool:
        """Whether rows have to be compared with :attr:`leads`, beyond that these count."""
        return self.team is not None or not self.seen.everything

    def address(self, **more: object) -> str:
        """The query that gives the same again."""
        values: dict[str, object] = {"period": str(self.period)}
        if self.team is not None:
            values["team"] = self.team.pk
        return "?" + urlencode(values | {name: value for name, value in more.items() if value != ""})


def scope_of(user: User, asked: Mapping[str, Any], now: datetime) -> Scope:
    """:raises NotAllowed: the role has no leads; UsageError: a period that is none; NotFound: the team."""
    if not may(user, "leads"):
        raise NotAllowed(msg("Your role does not see leads."))
    today = now.astimezone(zone_of(user)).date()
    text, first, last = (str(asked.get(name, "")) for name in ("period", "from", "to"))
    period = _period(text, first, last, today, zone_of(user).key)
    seen = visibility_of(user)
    if Role.MANAGER in roles_of(user):
        seen = replace(seen, everything=False)
    seen = replace(seen, pool=False, customers_of=frozenset())
    return Scope(period, now, seen, _team(user, str(asked.get("team", ""))))


def zone_of(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.zone)
    except (KeyError, ValueError):
        return ZoneInfo("Asia/Shanghai")


def _period(text: str, first: str, last: str, today: date, zone: str) -> Period:
    if first or last:
        start, end = (_day(text) if text else today for text in (first, last))
        found = Period(start, end + timedelta(days=1), "days", zone)
    else:
        found = Period.parse(text, zone) if text else Period.containing(today, "quarter", zone)
    if not YEARS[0] <= found.start.year <= found.end.year <= YEARS[1]:
        raise UsageError(msg("Nothing is known of such a time."))
    if found.days > LONGEST:
        raise UsageError(msg("At most two years at once."))
    return found


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UsageError(msg("“%(text)s” is not a day.", text=text[:20])) from None
    return min(found, date(YEARS[1] + 1, 1, 1))


def _team(user: User, key: str) -> Team | None:
    if not key:
        return None
    known = key.isascii() and key.isdigit() and len(key) < 16
    found = teams_for(user).filter(pk=int(key)).first() if known else None
    if found is None:
        raise NotFound(msg("There is no such team."))
    return found


def offered(today: date, zone: str) -> tuple[tuple[str, Period], ...]:
    """Key of the words, and the period."""
    monday = today - timedelta(days=today.weekday())
    month, quarter = Period.containing(today, "month", zone), Period.containing(today, "quarter", zone)
    return (
        ("week", Period(monday, monday + timedelta(days=7), "days", zone)),
        ("month", month),
        ("last_month", month.previous()),
        ("quarter", quarter),
        ("last_quarter", quarter.previous()),
    )
