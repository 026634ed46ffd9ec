"""The company's working time as a straight line, and how many leads each day brings."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from leadloop.cli.demo.company import SPRING_FESTIVALS

Floats = npt.NDArray[np.float64]
Instants = npt.NDArray[np.datetime64]

OPENS, CLOSES = 9.0, 18.0
ZONE = "Asia/Shanghai"


def is_holiday(day: date) -> bool:
    if (day.month, day.day) in {
        (1, 1),
        (5, 1),
        (5, 2),
        (5, 3),
        (10, 1),
        (10, 2),
        (10, 3),
        (10, 4),
        (10, 5),
        (10, 6),
        (10, 7),
    }:
        return True
    festival = SPRING_FESTIVALS.get(day.year)
    return festival is not None and -1 <= (day - date(day.year, *festival)).days <= 6


def inflow(day: date) -> float:
    """How many leads come in on this day, against an ordinary working day."""
    weight = (1.0, 1.08, 1.05, 1.0, 0.9, 0.36, 0.26)[day.weekday()]
    if is_holiday(day):
        return weight * 0.15
    festival = SPRING_FESTIVALS.get(day.year)
    if festival and -8 <= (day - date(day.year, *festival)).days < 0:
        return weight * 0.5
    return weight * (1.0, 0.8, 1.15, 1.1, 1.0, 1.05, 0.92, 0.95, 1.12, 0.95, 1.08, 0.9)[day.month - 1]


class WorkingTime:
    """Maps instants to working days since a start, and back, without ever changing an order.

    A moment outside working hours stands for the next opening. 2.5 is the middle of the third
    working day. Being monotone is what allows durations to be added on this line.
    """

    def __init__(self, first: date, last: date) -> None:
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        self._days = np.array(
            [day for day in span if day.weekday() < 5 and not is_holiday(day)], "datetime64[D]"
        )
        # China has one zone without summer time, so one offset serves every day.
        noon = datetime.combine(first, time(12), ZoneInfo(ZONE))
        self._offset = np.timedelta64(int((noon.utcoffset() or timedelta()).total_seconds()), "s")

    def to_line(self, instants: Instants) -> Floats:
        local = instants + self._offset
        days = local.astype("datetime64[D]")
        hours = (local - days).astype("timedelta64[s]").astype(np.float64) / 3600
        index = np.searchsorted(self._days, days)
        working = index < len(self._days)
        working[working] = self._days[index[working]] == days[working]
        share = np.clip((hours - OPENS) / (CLOSES - OPENS), 0.0, 0.999)
        late = working & (hours >= CLOSES)
        line: Floats = index + np.where(working & ~late, share, 0.0) + late
        return line

    def to_instants(self, line: Floats) -> Instants:
        """The inverse; beyond the last day, and for NaN: not a time."""
        known = ~np.isnan(line) & (line < len(self._days))
        safe = np.where(known, line, 0.0)
        index = safe.astype(np.int64)
        seconds = ((OPENS + (safe - index) * (CLOSES - OPENS)) * 3600).astype(np.int64)
        instants: Instants = (
            self._days[index].astype("datetime64[s]") + seconds.astype("timedelta64[s]") - self._offset
        )
        instants[~known] = np.datetime64("NaT")
        return instants


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(ZONE)).astimezone(UTC)
