"""Write working calendars. The clocks of all leads follow with the next sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from leadloop.clocks.models import TeamCalendar, WorkCalendar
from leadloop.clocks.permissions import require_calendars
from leadloop.clocks.queries.basis import calendar_of
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.worktime import known_until
from leadloop.foundation.worktime.calendar import clock_text
from leadloop.people.models import Team, User

Spans = Sequence[tuple[int, int]]
"""Minutes after midnight, in order."""
MOST_EXCEPTIONS = 400


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day of one's own: with hours it is worked, without it is free."""

    day: date
    hours: Spans = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFacts:
    name: str
    zone: str
    week: Sequence[Spans]
    holidays: str = "china"
    exceptions: Sequence[SpecialDay] = ()
    teams: Sequence[Team] = ()


@transaction.atomic
def save_calendar(
    *,
    calendar: WorkCalendar | None,
    facts: CalendarFacts,
    actor: User | None,
    now: datetime,
    default: bool = False,
) -> WorkCalendar:
    """A new calendar, or ``calendar`` as ``facts`` have it. ``default``: that of teams without one.

    :raises DataError: no working hour, overlapping hours, an unknown zone, a day named twice.
    """
    require_calendars(actor)
    name = " ".join(facts.name.split())[:120]
    row = calendar or WorkCalendar(is_default=default)
    if not name:
        raise DataError(msg("The calendar needs a name."), field="name")
    if WorkCalendar.objects.filter(name=name).exclude(pk=row.pk).exists():
        raise Conflict(msg("There is already a calendar called “%(name)s”.", name=name), field="name")
    told = _checked(facts)
    row.name, row.changed_at = name, now
    for field, value in told.items():
        setattr(row, field, value)
    row.save()
    _give(row, () if row.is_default else facts.teams)
    return row


@transaction.atomic
def remove_calendar(*, calendar: WorkCalendar, actor: User | None, now: datetime) -> None:
    """Its teams go by the calendar of the team above them, or by the default one."""
    require_calendars(actor)
    if calendar.is_default:
        raise Conflict(msg("The default calendar cannot be removed."))
    calendar.delete()


def _checked(facts: CalendarFacts) -> dict[str, Any]:
    days = [one.day for one in facts.exceptions]
    if len(days) > MOST_EXCEPTIONS:
        raise DataError(msg("At most %(most)s days of one's own.", most=MOST_EXCEPTIONS), field="exceptions")
    for day in days:
        if days.count(day) > 1:
            raise DataError(msg("%(day)s is there twice.", day=day.isoformat()), field="exceptions")
    told: dict[str, Any] = {
        "zone": facts.zone.strip(),
        "week": [_plain(hours) for hours in facts.week],
        "holidays": facts.holidays,
        "exceptions": [
            {"day": one.day.isoformat(), "hours": _plain(one.hours), "note": one.note.strip()[:120]}
            for one in sorted(facts.exceptions, key=lambda one: one.day)
        ],
    }
    calendar_of(told)
    known_until(facts.holidays)
    return told


def _plain(hours: Spans) -> list[list[int]]:
    return [[opens, closes] for opens, closes in hours]


def _give(calendar: WorkCalendar, teams: Sequence[Team]) -> None:
    TeamCalendar.objects.filter(calendar=calendar).exclude(team__in=teams).delete()
    for team in teams:
        TeamCalendar.objects.update_or_create(team=team, defaults={"calendar": calendar})


def hours_text(hours: Spans) -> str:
    return ", ".join(f"{clock_text(opens)}-{clock_text(closes)}" for opens, closes in hours)
