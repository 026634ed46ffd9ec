"""What due moments are computed by: the limits of every process and the calendar of every team.

Kept in memory: a lead is registered every few milliseconds, a policy is published a few times a month. What
was computed by an older basis carries its number, so the sweep finds it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version as version_of
from types import MappingProxyType
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db.models import Exists, OuterRef

from leadloop.clocks import limits
from leadloop.clocks.limits import Limits, Times
from leadloop.clocks.models import TeamCalendar, WorkCalendar
from leadloop.foundation.worktime import Calendar, ElapsedTime, Span, WorkingTime
from leadloop.people.kept import Kept
from leadloop.people.models import Team
from leadloop.process.models import Version

RULES = 1
"""Grows when the rules themselves change, so that everything is computed again."""


@dataclass(frozen=True, slots=True)
class Basis:
    number: int
    first_number: int
    """Of what first responses alone go by: new limits of another kind leave them as they are."""
    limits: Mapping[int, Limits]
    """By process."""
    times: tuple[Times, ...]
    """By place; the first is the one of leads without team."""
    place_of: Mapping[int, int]
    """Team -> its place in ``times``; teams without an entry have the first."""
    names: tuple[str, ...]

    def limits_of(self, process_id: int) -> Limits:
        return self.limits.get(process_id) or Limits()

    def place(self, team_id: int | None) -> int:
        return 0 if team_id is None else self.place_of.get(team_id, 0)

    def times_of(self, team_id: int | None) -> Times:
        return self.times[self.place(team_id)]


_counting: dict[str, Times] = {}
"""Times by what their calendar says: the tables of hours in them are dear to make."""


def _read() -> Basis:
    policies = dict(_current_policies())
    calendars = list(WorkCalendar.objects.all())
    shipped: dict[str, Any] = {
        "zone": settings.TIME_ZONE,
        "week": None,
        "holidays": "china",
        "exceptions": [],
    }
    told = [_told(calendar) for calendar in calendars]
    if not calendars or not calendars[0].is_default:
        told.insert(0, shipped)
    places = {
        calendar.pk: place for place, calendar in enumerate(calendars, start=len(told) - len(calendars))
    }
    own = {team: places[of] for team, of in TeamCalendar.objects.values_list("team_id", "calendar_id")}
    lines = dict(Team.objects.order_by().values_list("pk", "parent_id"))
    place_of = {team: place for team in lines if (place := _inherited(team, own, lines))}
    timed = {
        pk: {name: data.get(name) for name in ("time_limits", "cadence", "pool")}
        for pk, data in policies.items()
    }
    read = {pk: limits.read(data) for pk, data in policies.items()}
    counted = [RULES, version_of("chinesecalendar"), told, sorted(place_of.items())]
    return Basis(
        number=_number([*counted, timed]),
        first_number=_number([*counted, sorted((pk, one.first_due) for pk, one in read.items())]),
        limits=MappingProxyType(read),
        times=tuple(_times(one) for one in told),
        place_of=MappingProxyType(place_of),
        names=tuple([""] * (len(told) - len(calendars)) + [calendar.name for calendar in calendars]),
    )


def _current_policies() -> Sequence[tuple[int, dict[str, Any]]]:
    published = Version.objects.filter(published_at__isnull=False)
    newer = published.filter(process=OuterRef("process"), number__gt=OuterRef("number"))
    return list(published.filter(~Exists(newer)).order_by("process").values_list("process_id", "policies"))


def _inherited(team: int, own: Mapping[int, int], parents: Mapping[int, int | None]) -> int:
    """The place of the calendar of the nearest team that has one; a circle ends where it began."""
    passed: set[int] = set()
    at: int | None = team
    while at is not None and at not in passed:
        if at in own:
            return own[at]
        passed.add(at)
        at = parents.get(at)
    return 0


def _told(calendar: WorkCalendar) -> dict[str, Any]:
    return {
        "zone": calendar.zone,
        "week": calendar.week,
        "holidays": calendar.holidays,
        "exceptions": calendar.exceptions,
    }


def _number(of: Any) -> int:
    """Of 31 bits: it stands in every row."""
    return crc32(json.dumps(of, sort_keys=True, default=str).encode()) & 0x7FFF_FFFF


def _times(told: Mapping[str, Any]) -> Times:
    key = json.dumps(told, sort_keys=True)
    found = _counting.get(key)
    if found is None:
        calendar = calendar_of(told)
        found = Times(WorkingTime(calendar), ElapsedTime(calendar.zone))
        if len(_counting) > 100:
            _counting.clear()
        _counting[key] = found
    return found


def calendar_of(told: Mapping[str, Any]) -> Calendar:
    """The calendar that a row describes. :raises DataError: it cannot be worked by."""
    exceptions = {date.fromisoformat(row["day"]): _hours(row["hours"]) for row in told["exceptions"]}
    rest = {"holidays": told["holidays"], "exceptions": MappingProxyType(exceptions)}
    if told["week"] is None:
        return Calendar(zone=told["zone"], **rest)
    return Calendar(zone=told["zone"], week=tuple(_hours(day) for day in told["week"]), **rest)


def _hours(spans: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(int(opens), int(closes)) for opens, closes in spans)


basis = Kept(_read)
