"""What figures can be broken down by: any text column, the holder of today, and the time of capture.

Grade, owner and team are the first value, since today's knows the outcome; ``current_owner`` and
``current_team`` say today's.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, reduce
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from leadloop.analysis.instants import micros
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period

CALENDAR = ("month", "week", "quarter")
PEOPLE = frozenset({"team", "owner", "current_team", "current_owner"})
_EPOCH = date(1970, 1, 1)
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Axis:
    """One column to break down by, or the calendar unit of the capture in ``zone``."""

    name: str
    zone: str
    offsets: tuple[tuple[int, int], ...] = ()
    """For calendar units: (from second, seconds east of UTC), ascending."""

    def group_key(self, journeys: ir.Table) -> ir.Value:
        """The value to group by: text, or the number of the calendar unit."""
        if self.name not in CALENDAR:
            return journeys[self.name]
        day = _local_day(journeys.captured_at, self.offsets)
        if self.name == "week":
            return (day + 3) // 7
        month = _month_number(day)
        return month // 3 if self.name == "quarter" else month

    def label(self, key: object) -> str | None:
        """The text of a group key: ``2026-06``, ``2026-Q2``, ``2026-W23`` for calendar units."""
        if key is None or self.name not in CALENDAR:
            return None if key is None else str(key)
        number = int(str(key))
        if self.name == "week":
            year, week, _ = (_EPOCH + timedelta(days=number * 7 - 3)).isocalendar()
            return f"{year}-W{week:02}"
        if self.name == "quarter":
            return f"{number // 4}-Q{number % 4 + 1}"
        return f"{number // 12}-{number % 12 + 1:02}"

    def among(self, journeys: ir.Table, values: Sequence[str | None]) -> ir.BooleanValue:
        """Whether the lead has one of ``values``; None among them means no value."""
        if self.name in CALENDAR:
            return _any(self._within(journeys, value) for value in values)
        column = journeys[self.name]
        known = [value for value in values if value is not None]
        tests = [column.isin(known)] if known else []
        if None in values:
            tests.append(column.isnull())
        return _any(tests)

    def _within(self, journeys: ir.Table, value: str | None) -> ir.BooleanValue:
        if value is None:
            return journeys.captured_at.isnull()
        period = _week(value, self.zone) if self.name == "week" else Period.parse(value, self.zone)
        return (journeys.captured_at >= period.starts_at) & (journeys.captured_at < period.ends_at)


def axis(name: str, columns: Iterable[str], zone: str, years: tuple[int, int] = (1990, 2050)) -> Axis:
    """The axis called ``name``; a calendar unit is right for captures in ``years`` (first, last).

    Raises :class:`UsageError` naming those that exist.
    """
    known = tuple(columns)
    if name not in known:
        raise UsageError(
            msg("There is no dimension “%(name)s”. There are: %(known)s.", name=name, known=", ".join(known)),
            field="by",
        )
    return Axis(name, zone, _offsets(zone, *years) if name in CALENDAR else ())


def _any(tests: Iterable[ir.BooleanValue]) -> ir.BooleanValue:
    return reduce(lambda one, other: one | other, tests, ibis.literal(False))


def _week(text: str, zone: str) -> Period:
    year, _, week = text.partition("-W")
    try:
        start = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        raise UsageError(msg("“%(text)s” is not a week. Write 2026-W23.", text=text)) from None
    return Period(start, start + timedelta(days=7), "days", zone)


def _local_day(moment: ir.TimestampValue, offsets: tuple[tuple[int, int], ...]) -> ir.IntegerValue:
    """Days since 1970-01-01 on a clock with these ``offsets``.

    Integer arithmetic instead of the engine's zones: those follow the session's settings and differ
    between engines.
    """
    seconds = micros(moment) // 1_000_000
    offset: ir.IntegerValue = ibis.literal(offsets[-1][1])
    if len(offsets) > 1:
        later = [(seconds >= start, shift) for start, shift in reversed(offsets[1:])]
        offset = ibis.cases(*later, else_=offsets[0][1])
    return (seconds + offset) // _DAY


def _month_number(day: ir.IntegerValue) -> ir.IntegerValue:
    """year * 12 + month - 1 of a day number, by the arithmetic of the Gregorian calendar.

    Source: H. Hinnant, chrono-compatible low-level date algorithms, civil_from_days.
    """
    shifted = day + 719_468
    era = shifted // 146_097
    day_of_era = shifted - era * 146_097
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    # March is month 0 there, so that the leap day is the last of its year.
    return (year + era * 400) * 12 + (5 * day_of_year + 2) // 153 + 2


@lru_cache(maxsize=64)
def _offsets(zone: str, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """(from second, seconds east of UTC), ascending, for the years ``first`` to ``last``."""
    clock = ZoneInfo(zone)
    # A day more on either side: the year begins elsewhere earlier or later.
    start = int(datetime(first, 1, 1, tzinfo=UTC).timestamp()) - _DAY
    end = int(datetime(last + 1, 1, 1, tzinfo=UTC).timestamp()) + _DAY
    found = [(start, _offset(clock, start))]
    for moment in range(start, end, 7 * _DAY):
        if _offset(clock, moment) != found[-1][1]:
            change = _change(clock, moment - 7 * _DAY, found[-1][1])
            found.append((change, _offset(clock, change)))
    return tuple(found)


def _offset(clock: ZoneInfo, second: int) -> int:
    shift = datetime.fromtimestamp(second, clock).utcoffset()
    return int(shift.total_seconds()) if shift else 0


def _change(clock: ZoneInfo, after: int, before: int) -> int:
    """The second, within a week of ``after``, from which the offset is no longer ``before``."""
    return after + bisect_right(
        range(7 * _DAY + 1), False, key=lambda second: _offset(clock, after + second) != before
    )
