"""Calendar periods: half-open, in an explicit zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg

DEFAULT_ZONE = "Asia/Shanghai"

_MONTHS_OF = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_FORMS = (
    ("quarter", re.compile(r"^(\d{4})-?Q([1-4])$", re.IGNORECASE)),
    ("half", re.compile(r"^(\d{4})-?H([12])$", re.IGNORECASE)),
    ("month", re.compile(r"^(\d{4})-(\d{1,2})$")),
    ("year", re.compile(r"^(\d{4})$")),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` (included) to ``end`` (excluded) in ``zone``.

    ``unit`` is ``month``, ``quarter``, ``half``, ``year`` or ``days``; a
    calendar unit may be compared with its neighbour though their lengths differ.
    """

    start: date
    end: date
    unit: str = "days"
    zone: str = DEFAULT_ZONE

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise UsageError(
                msg(
                    "The period ends on %(end)s, which is not after its start %(start)s.",
                    start=self.start,
                    end=self.end,
                )
            )

    @classmethod
    def parse(cls, text: str, zone: str = DEFAULT_ZONE) -> Period:
        """Read ``2026-06``, ``2026-Q2``, ``2026-H1``, ``2026`` or ``2026-04-01..2026-07-01``.

        The end of a range is excluded.
        """
        text = text.strip()
        if ".." in text:
            return cls._between(text, zone)
        for unit, form in _FORMS:
            found = form.match(text)
            if found:
                year = int(found[1])
                number = int(found[2]) if form.groups > 1 else 1
                return cls._unit(unit, year, number, text, zone)
        raise _unreadable(text)

    @classmethod
    def _between(cls, text: str, zone: str) -> Period:
        first, _, last = text.partition("..")
        try:
            return cls(date.fromisoformat(first.strip()), date.fromisoformat(last.strip()), "days", zone)
        except ValueError:
            raise _unreadable(text) from None

    @classmethod
    def _unit(cls, unit: str, year: int, number: int, text: str, zone: str) -> Period:
        months = _MONTHS_OF[unit]
        if not 1 <= number <= 12 // months or not 1900 <= year <= 9998:
            raise _unreadable(text)
        start = date(year, (number - 1) * months + 1, 1)
        return cls(start, _add_months(start, months), unit, zone)

    @classmethod
    def containing(cls, day: date, unit: str, zone: str = DEFAULT_ZONE) -> Period:
        """The calendar unit in which ``day`` lies."""
        months = _MONTHS_OF[unit]
        start = date(day.year, (day.month - 1) // months * months + 1, 1)
        return cls(start, _add_months(start, months), unit, zone)

    def previous(self) -> Period:
        """The period of the same unit, or of as many days, that ends where this one starts."""
        if self.unit in _MONTHS_OF:
            return Period(_add_months(self.start, -_MONTHS_OF[self.unit]), self.start, self.unit, self.zone)
        return Period(self.start - (self.end - self.start), self.start, "days", self.zone)

    def year_before(self) -> Period:
        """The same period one year earlier."""
        start, end = _add_months(self.start, -12), _add_months(self.end, -12)
        return Period(start, end, self.unit, self.zone)

    def comparable(self, other: Period) -> bool:
        """Whether both are the same calendar unit, or have the same length in days."""
        if self.unit == other.unit and self.unit in _MONTHS_OF:
            return True
        return self.days == other.days

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def starts_at(self) -> datetime:
        return _midnight(self.start, self.zone)

    @property
    def ends_at(self) -> datetime:
        return _midnight(self.end, self.zone)

    def __str__(self) -> str:
        if self.unit == "month":
            return f"{self.start:%Y-%m}"
        if self.unit == "quarter":
            return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
        if self.unit == "half":
            return f"{self.start.year}-H{1 if self.start.month == 1 else 2}"
        if self.unit == "year":
            return f"{self.start.year}"
        return f"{self.start.isoformat()}..{self.end.isoformat()}"

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    # A day that the target month lacks (29 February, the 31st) becomes its last day.
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _unreadable(text: str) -> UsageError:
    return UsageError(
        msg(
            "“%(text)s” is not a period. Write 2026-06, 2026-Q2, 2026-H1, 2026 "
            "or 2026-04-01..2026-07-01 (end excluded).",
            text=text,
        )
    )
