"""Which hours of which days are worked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import DEFAULT_ZONE

MINUTES_OF_DAY = 24 * 60
CHINA = "china"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes after local midnight: from ``opens`` (included) to ``closes`` (excluded, at most 1,440)."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= MINUTES_OF_DAY:
            raise DataError(
                msg(
                    "The working hours %(opens)s–%(closes)s are not possible: "
                    "they have to begin before they end, within one day.",
                    opens=clock_text(self.opens),
                    closes=clock_text(self.closes),
                ),
                field="hours",
            )


Hours = tuple[Span, ...]

_OFFICE: Hours = (Span(9 * 60, 12 * 60), Span(13 * 60 + 30, 18 * 60))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Seven days from Monday, public holidays, and exceptions of one's own, which come before both.

    ``holidays`` names a set of public holidays (``"china"``, with its make-up workdays) or is empty. A
    make-up workday has the hours of the first weekday that has any. An exception with no span is a day off.
    """

    zone: str = DEFAULT_ZONE
    week: tuple[Hours, ...] = (*(_OFFICE,) * 5, (), ())
    holidays: str = CHINA
    exceptions: Mapping[date, Hours] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise DataError(
                msg("“%(zone)s” is not a time zone. Write one such as Asia/Shanghai.", zone=self.zone),
                field="zone",
            ) from error
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        if not any(self.week):
            raise DataError(
                msg("This calendar has no working hour. Give at least one weekday hours."), field="week"
            )
        for hours in (*self.week, *self.exceptions.values()):
            _check_order(hours)

    def hours(self, day: date) -> Hours:
        own = self.exceptions.get(day)
        if own is not None:
            return own
        worked = _public_days(self.holidays).get(day)
        if worked is None:
            return self.week[day.weekday()]
        return (self.week[day.weekday()] or self._usual()) if worked else ()

    def _usual(self) -> Hours:
        return next(hours for hours in self.week if hours)


def known_until(holidays: str) -> date | None:
    """The last day of which the public holidays are known; after it weekdays alone decide.

    None when no set of holidays was chosen: then nothing is missing.
    """
    days = _public_days(holidays)
    return date(max(days).year, 12, 31) if days else None


def clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _check_order(hours: Sequence[Span]) -> None:
    for before, after in pairwise(hours):
        if after.opens < before.closes:
            raise DataError(
                msg(
                    "The working hours %(first)s and %(second)s overlap or are out of order.",
                    first=f"{clock_text(before.opens)}–{clock_text(before.closes)}",
                    second=f"{clock_text(after.opens)}–{clock_text(after.closes)}",
                ),
                field="hours",
            )


@cache
def _public_days(holidays: str) -> Mapping[date, bool]:
    """Days that are not what their weekday says: worked (True) or free (False)."""
    if not holidays:
        return MappingProxyType({})
    if holidays != CHINA:
        raise DataError(
            msg("There are no public holidays called “%(name)s”.", name=holidays), field="holidays"
        )
    from chinese_calendar import constants

    free: dict[date, bool] = dict.fromkeys(constants.holidays, False)
    return MappingProxyType(free | dict.fromkeys(constants.workdays, True))
