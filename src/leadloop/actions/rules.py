"""When actions are due, repeat and remind. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg

DAY_ENDS = time(23, 59, 59)
DAY_BEGINS = time(9)
"""When somebody is told of what is due on that day."""
BEFORE = timedelta(minutes=15)
"""So long before its time somebody is told of an action."""
FARTHEST = timedelta(days=5 * 366)
MOST_EVERY = 99
PLANNED_FOR = 1990, 9000
"""Years; beyond, moments leave what zones can count."""

REASONS: Mapping[str, Message] = MappingProxyType(
    {
        "customer": msg("The customer asked for it"),
        "no_answer": msg("Nobody answered"),
        "waiting": msg("Waiting for something in house"),
        "no_time": msg("No time"),
    }
)
"""Why actions are put off; anything else is written."""


@dataclass(frozen=True, slots=True)
class Due:
    """A moment as it is stored: whole days end with their last second."""

    at: datetime
    on: date
    has_time: bool


def due_of(moment: datetime, has_time: bool, zone: tzinfo) -> Due:
    _check_year(moment.year)
    local = moment.astimezone(zone)
    if not has_time:
        return due_on(local.date(), zone)
    return Due(moment.astimezone(UTC).replace(second=0, microsecond=0), local.date(), True)


def due_on(day: date, zone: tzinfo) -> Due:
    _check_year(day.year)
    return Due(datetime.combine(day, DAY_ENDS, zone).astimezone(UTC), day, False)


def _check_year(year: int) -> None:
    if not PLANNED_FOR[0] <= year <= PLANNED_FOR[1]:
        raise DataError(msg("Nobody plans for the year %(year)s.", year=str(year)), field="due_at")


def moved_to_day(due: Due, day: date, zone: tzinfo) -> Due:
    """The same time of day on another day."""
    if not due.has_time:
        return due_on(day, zone)
    clock = due.at.astimezone(zone).time()
    return due_of(datetime.combine(day, clock, zone), True, zone)


def check_due(due: Due, now: datetime, *, field: str = "due_at") -> None:
    """:raises DataError: it has passed, or lies farther ahead than anybody plans."""
    if due.at < now:
        if due.has_time:
            raise DataError(msg("This moment has passed. Choose a later one."), field=field)
        raise DataError(msg("This day has passed. Choose today or a later day."), field=field)
    if due.at - now > FARTHEST:
        raise DataError(msg("This is more than five years ahead."), field=field)


def check_repeat(repeat: str, every: int, until: date | None, due: Due) -> None:
    if not repeat:
        return
    if not 1 <= every <= MOST_EVERY:
        raise DataError(msg("A number between 1 and %(most)s.", most=MOST_EVERY), field="every")
    if until is not None and until < due.on:
        raise DataError(msg("The end is before the first time."), field="until")


def occurrence(start: date, repeat: str, every: int, index: int) -> date:
    """The ``index``-th day of a repetition that began on ``start``.

    In a month that is too short for the day it is the last one; the next month has the day again.
    """
    if repeat == "daily":
        return start + timedelta(days=every * index)
    if repeat == "weekly":
        return start + timedelta(weeks=every * index)
    months = start.month - 1 + every * index
    year, month = start.year + months // 12, months % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def following(start: date, repeat: str, every: int, until: date | None, after: date) -> date | None:
    """The first day of the repetition behind ``after``; those missed meanwhile are not made up for."""
    index = max(0, _first_guess(start, repeat, every, after))
    while (day := occurrence(start, repeat, every, index)) <= after:
        index += 1
    return None if until is not None and day > until else day


def _first_guess(start: date, repeat: str, every: int, after: date) -> int:
    """An index that is not behind the one looked for."""
    if repeat == "monthly":
        months = (after.year - start.year) * 12 + after.month - start.month
        return months // every - 1
    return (after - start).days // (every * (7 if repeat == "weekly" else 1))


def remind_at(due: Due, now: datetime, zone: tzinfo) -> datetime | None:
    """When to tell the owner. Nobody is told at once of what was planned a moment ago."""
    if due.has_time:
        early = due.at - BEFORE
        return early if early > now else due.at
    morning = datetime.combine(due.on, DAY_BEGINS, zone).astimezone(UTC)
    return morning if morning > now else None
