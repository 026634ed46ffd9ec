"""Adding working time to a moment and measuring it between two."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from leadloop.foundation.worktime.calendar import Calendar, Hours

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Moments = NDArray[np.int64]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60 * 1_000_000
DAY = 24 * 60 * MINUTE
FIRST_YEAR, LAST_YEAR = 1990, 2150
AT_ONCE = 4
"""Years by which the table grows: most questions are about this year and its neighbours."""


def ticks(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, the unit of all arithmetic here."""
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


class TimeCount(Protocol):
    """What a clock counts. ``*_many`` take and give int64 microseconds since 1970, one per element."""

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Counted time from ``start`` to ``end``; zero when ``end`` is not after ``start``."""
        ...

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment, not before ``start``, by which ``amount`` has been counted."""
        ...

    def days_after(self, start: datetime, days: int) -> datetime:
        """The same time of day, ``days`` counted days later."""
        ...

    def day_end(self, start: datetime) -> datetime:
        """Midnight after the day of ``start``, or after the next day that counts."""
        ...

    def moved(self, start: datetime) -> datetime:
        """``start`` itself when it counts, else the next moment that does."""
        ...

    def after_many(self, starts: Moments, amount: timedelta) -> Moments: ...

    def days_after_many(self, starts: Moments, days: int) -> Moments: ...

    def moved_many(self, starts: Moments) -> Moments: ...

    def between_many(self, starts: Moments, ends: Moments) -> Moments: ...


@dataclass(frozen=True, slots=True)
class ElapsedTime:
    """A clock that never stops; a day ends at midnight in ``zone``."""

    zone: str

    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(end - start, timedelta(0))

    def after(self, start: datetime, amount: timedelta) -> datetime:
        return start + max(amount, timedelta(0))

    def days_after(self, start: datetime, days: int) -> datetime:
        return start + timedelta(days=days)

    def day_end(self, start: datetime) -> datetime:
        zone = ZoneInfo(self.zone)
        return _midnight(start.astimezone(zone).date() + timedelta(days=1), zone)

    def moved(self, start: datetime) -> datetime:
        return start

    def after_many(self, starts: Moments, amount: timedelta) -> Moments:
        return starts + max(amount, timedelta(0)) // MICROSECOND

    def days_after_many(self, starts: Moments, days: int) -> Moments:
        return starts + days * DAY

    def moved_many(self, starts: Moments) -> Moments:
        return starts

    def between_many(self, starts: Moments, ends: Moments) -> Moments:
        import numpy as np

        found: Moments = np.maximum(ends - starts, 0)
        return found


class WorkingTime:
    """Counts only the hours that its calendar says are worked.

    The hours stand in one sorted table (``opens``, ``closes`` and the sum of all before), which grows by
    whole years as they are asked for; every answer is a binary search in it. Growing replaces the table
    as a whole, so that threads may share an instance.
    """

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._table = _Table.empty()

    def between(self, start: datetime, end: datetime) -> timedelta:
        if end <= start:
            return timedelta(0)
        table = self._covering(start.year, end.year)
        return (table.worked(ticks(end)) - table.worked(ticks(start))) * MICROSECOND

    def after(self, start: datetime, amount: timedelta) -> datetime:
        if amount <= timedelta(0):
            return start
        table = self._covering(start.year, start.year)
        wanted = table.worked(ticks(start)) + amount // MICROSECOND
        return moment(self._reaching(wanted, table).when(wanted))

    def days_after(self, start: datetime, days: int) -> datetime:
        """Times outside the hours of a day count as its opening or its close, so that order is kept."""
        day, minutes = self._within(start)
        for _ in range(days):
            day = self._next_worked(day)
        return self._at(day, _clipped(minutes, self.calendar.hours(day)))

    def day_end(self, start: datetime) -> datetime:
        day = start.astimezone(self._zone).date()
        if not self.calendar.hours(day):
            day = self._next_worked(day)
        return _midnight(day + timedelta(days=1), self._zone)

    def moved(self, start: datetime) -> datetime:
        """A moment at which work ends counts as worked: what falls due then is due on that day."""
        table = self._covering(start.year, start.year)
        return moment(table.moved(ticks(start)))

    def after_many(self, starts: Moments, amount: timedelta) -> Moments:
        import numpy as np

        if not len(starts) or amount <= timedelta(0):
            return starts
        table = self._covering(moment(int(starts.min())).year, moment(int(starts.max())).year)
        wanted = _worked_many(table, starts) + amount // MICROSECOND
        table = self._reaching(int(wanted.max()), table)
        opens, before, upto = table.arrays()
        at = np.searchsorted(upto, wanted, side="left")
        return opens[at] + (wanted - before[at])

    def days_after_many(self, starts: Moments, days: int) -> Moments:
        import numpy as np

        if not len(starts):
            return starts
        table = self._covering(moment(int(starts.min())).year, moment(int(starts.max())).year)
        found = _days_after(table.days(self.calendar, self._zone), starts, days)
        while found is None:
            table = self._longer(table)
            found = _days_after(table.days(self.calendar, self._zone), starts, days)
        ends, irregular = found
        # Days on which clocks are put forward or back: there a time of day is no distance from midnight.
        for place in np.flatnonzero(irregular).tolist():
            ends[place] = ticks(self.days_after(moment(int(starts[place])), days))
        return ends

    def moved_many(self, starts: Moments) -> Moments:
        import numpy as np

        if not len(starts):
            return starts
        table = self._covering(moment(int(starts.min())).year, moment(int(starts.max())).year)
        opens, before, upto = table.arrays()
        at = np.searchsorted(opens, starts, side="right") - 1
        inside = np.maximum(at, 0)
        worked = (at >= 0) & (starts <= opens[inside] + upto[inside] - before[inside])
        return np.where(worked, starts, opens[np.minimum(at + 1, len(opens) - 1)])

    def between_many(self, starts: Moments, ends: Moments) -> Moments:
        import numpy as np

        if not len(starts):
            return starts
        first, last = int(min(starts.min(), ends.min())), int(max(starts.max(), ends.max()))
        table = self._covering(moment(first).year, moment(last).year)
        found: Moments = np.maximum(_worked_many(table, ends) - _worked_many(table, starts), 0)
        return found

    def _within(self, start: datetime) -> tuple[date, float]:
        """The working day that ``start`` belongs to, and its time of day there in minutes."""
        local = start.astimezone(self._zone)
        hours = self.calendar.hours(local.date())
        if not hours:
            day = self._next_worked(local.date())
            return day, self.calendar.hours(day)[0].opens
        minutes = local.hour * 60 + local.minute + (local.second + local.microsecond / 1e6) / 60
        return local.date(), _clipped(minutes, hours)

    def _next_worked(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.calendar.hours(day):
            day += timedelta(days=1)
        return day

    def _at(self, day: date, minutes: float) -> datetime:
        return _wall(day, minutes, self._zone)

    def _covering(self, first: int, last: int) -> _Table:
        """The table with all hours of these years, and of a year on each side: zones shift days."""
        table = self._table
        low, high = _bounded(first - 1), _bounded(last + 1)
        if table.first <= low and high <= table.last:
            return table
        low = min(low, table.first) if table.opens else low
        high = max(high, table.last) if table.opens else high
        self._table = _Table.of(low, high, self._day)
        return self._table

    def _reaching(self, wanted: int, table: _Table) -> _Table:
        while table.total < wanted:
            table = self._longer(table)
        return table

    def _longer(self, table: _Table) -> _Table:
        if table.last >= LAST_YEAR:
            raise OverflowError("the working time ends after the last year of the calendar")
        # The sum counts from the table's beginning, so it may grow at its end only.
        self._table = _Table.of(table.first, _bounded(table.last + AT_ONCE), self._day)
        return self._table

    def _day(self, day: date) -> list[tuple[int, int]]:
        hours = self.calendar.hours(day)
        if not hours:
            return []
        midnight = ticks(_midnight(day, self._zone))
        if ticks(_midnight(day + timedelta(days=1), self._zone)) - midnight == DAY:
            return [(midnight + span.opens * MINUTE, midnight + span.closes * MINUTE) for span in hours]
        return [
            (ticks(_wall(day, span.opens, self._zone)), ticks(_wall(day, span.closes, self._zone)))
            for span in hours
        ]


@dataclass(slots=True)
class _Table:
    """Hours of the years ``first`` to ``last``: span i has ``before[i]`` microseconds of work before it."""

    first: int
    last: int
    opens: list[int]
    before: list[int]
    upto: list[int]
    _arrays: tuple[Moments, Moments, Moments] | None = None
    _days: _Days | None = None

    @classmethod
    def empty(cls) -> _Table:
        return cls(first=9999, last=0, opens=[], before=[], upto=[])

    @classmethod
    def of(cls, first: int, last: int, spans_of: Callable[[date], list[tuple[int, int]]]) -> _Table:
        opens, before, upto, total = [], [], [], 0
        day, end = date(first, 1, 1), date(last + 1, 1, 1)
        while day < end:
            for begins, ends in spans_of(day):
                # Clocks that go forward in working hours may leave nothing of a span.
                if ends > begins:
                    opens.append(begins)
                    before.append(total)
                    total += ends - begins
                    upto.append(total)
            day += timedelta(days=1)
        return cls(first, last, opens, before, upto)

    @property
    def total(self) -> int:
        return self.upto[-1] if self.upto else 0

    def worked(self, value: int) -> int:
        """Work from the table's beginning until ``value``."""
        at = bisect_right(self.opens, value) - 1
        return 0 if at < 0 else min(self.before[at] + value - self.opens[at], self.upto[at])

    def when(self, wanted: int) -> int:
        """The first moment with ``wanted`` (more than nothing) behind it."""
        at = bisect_left(self.upto, wanted)
        return self.opens[at] + wanted - self.before[at]

    def moved(self, value: int) -> int:
        at = bisect_right(self.opens, value) - 1
        if at >= 0 and value <= self.opens[at] + self.upto[at] - self.before[at]:
            return value
        return self.opens[min(at + 1, len(self.opens) - 1)]

    def days(self, calendar: Calendar, zone: ZoneInfo) -> _Days:
        if self._days is None:
            self._days = _Days.of(self.first, self.last, calendar, zone)
        return self._days

    def arrays(self) -> tuple[Moments, Moments, Moments]:
        import numpy as np

        if self._arrays is None:
            self._arrays = (
                np.array(self.opens, np.int64),
                np.array(self.before, np.int64),
                np.array(self.upto, np.int64),
            )
        return self._arrays


class _Days(NamedTuple):
    """Every day of some years: its midnight, when work begins and ends, and which days are worked."""

    midnights: Moments
    opens: Moments
    closes: Moments
    worked: Moments
    """Places of the worked days."""
    rank: Moments
    """Of each day: how many worked days lie before it."""
    regular: NDArray[np.bool_]

    @classmethod
    def of(cls, first: int, last: int, calendar: Calendar, zone: ZoneInfo) -> _Days:
        import numpy as np

        start = date(first, 1, 1)
        count = (date(last + 1, 1, 1) - start).days
        days = [start + timedelta(days=n) for n in range(count + 1)]
        midnights = np.array([ticks(_midnight(day, zone)) for day in days], np.int64)
        hours = [calendar.hours(day) for day in days[:-1]]
        worked = np.array([bool(spans) for spans in hours])
        return cls(
            midnights,
            np.array([spans[0].opens * MINUTE if spans else 0 for spans in hours], np.int64),
            np.array([spans[-1].closes * MINUTE if spans else 0 for spans in hours], np.int64),
            np.flatnonzero(worked),
            np.cumsum(worked) - worked,
            np.diff(midnights) == DAY,
        )


def _days_after(days: _Days, starts: Moments, count: int) -> tuple[Moments, NDArray[np.bool_]] | None:
    """The ends, and which of them want another look; None when the table ends too early."""
    import numpy as np

    at = np.searchsorted(days.midnights, starts, side="right") - 1
    ends = days.rank[at] + count
    if int(ends.max()) >= len(days.worked):
        return None
    base, target = days.worked[days.rank[at]], days.worked[ends]
    time_of_day = np.clip(starts - days.midnights[at], days.opens[base], days.closes[base])
    time_of_day = np.where(base == at, time_of_day, days.opens[base])
    found = days.midnights[target] + np.clip(time_of_day, days.opens[target], days.closes[target])
    return found, ~(days.regular[at] & days.regular[base] & days.regular[target])


def _worked_many(table: _Table, values: Moments) -> Moments:
    import numpy as np

    opens, before, upto = table.arrays()
    at = np.searchsorted(opens, values, side="right") - 1
    inside = np.maximum(at, 0)
    found = np.minimum(before[inside] + values - opens[inside], upto[inside])
    return np.where(at < 0, 0, found)


def _bounded(year: int) -> int:
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _clipped(minutes: float, hours: Hours) -> float:
    return min(max(minutes, hours[0].opens), hours[-1].closes)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _wall(day: date, minutes: float, zone: ZoneInfo) -> datetime:
    """A time on the wall clock as a moment; added to local midnight, then read as the clocks show it."""
    return (datetime.combine(day, time(), zone) + timedelta(minutes=minutes)).astimezone(UTC)
