"""Working hours and days of one's own as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from leadloop.clocks.operations.calendars import Spans, SpecialDay, hours_text
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.worktime import Calendar, Span

_BETWEEN = re.compile(r"[,;，、；]+")
_SPAN = re.compile(r"\s*(\d{1,2})[:：](\d{2})\s*[-–—~～至到]+\s*(\d{1,2})[:：](\d{2})\s*")
_DAY = re.compile(r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*(.*)")
_HOURS = re.compile(r"((?:" + _SPAN.pattern + r"[,;，、；]?)+)(.*)")


def read_hours(text: str, *, field: str) -> Spans:
    """``09:00-12:00, 13:30-18:00``; nothing is a day off. :raises DataError: it cannot be read."""
    found = []
    for part in filter(str.strip, _BETWEEN.split(text)):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise _unreadable(part, field)
        opens, closes = _minutes(match[1], match[2]), _minutes(match[3], match[4])
        if opens is None or closes is None:
            raise _unreadable(part, field)
        found.append((opens, closes))
    _check(found, field)
    return found


def _check(spans: Spans, field: str) -> None:
    """What the calendar refuses, said of the day at which it stands."""
    try:
        hours = tuple(Span(opens, closes) for opens, closes in spans)
        Calendar(week=(hours or (Span(0, 1),),) * 7, holidays="")
    except DataError as error:
        raise DataError(error.message, field=field) from error


def _minutes(hour: str, minute: str) -> int | None:
    """24:00 is the end of the day."""
    value = int(hour) * 60 + int(minute)
    return value if int(minute) < 60 and value <= 24 * 60 else None


def _unreadable(part: str, field: str) -> DataError:
    return DataError(
        msg("“%(text)s” is no time of work. Write it as 09:00-12:00, 13:30-18:00.", text=part.strip()),
        field=field,
    )


def read_days(text: str) -> list[SpecialDay]:
    """A day a line: ``2026-05-06`` is free, ``2026-05-09 09:00-12:00`` worked; words behind are a note."""
    return [_day(line, number) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _day(line: str, number: int) -> SpecialDay:
    match = _DAY.fullmatch(line)
    try:
        if match is None:
            raise ValueError
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise DataError(
            msg("Line %(number)s is no day. Write 2026-05-06, or 2026-05-09 09:00-12:00.", number=number),
            field="exceptions",
        ) from None
    worked = _HOURS.fullmatch(match[4])
    if worked is None:
        return SpecialDay(day, (), match[4].strip())
    return SpecialDay(day, read_hours(worked[1], field="exceptions"), worked[worked.lastindex or 0].strip())


def days_text(rows: Sequence[SpecialDay]) -> str:
    return "\n".join(
        " ".join(filter(None, (one.day.isoformat(), hours_text(one.hours), one.note))) for one in rows
    )
