"""Periods: what people may write, and that no day is lost or counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadloop.foundation.errors import UsageError
from leadloop.foundation.period import Period

pytestmark = pytest.mark.pure

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1))


@pytest.mark.parametrize(
    ("text", "start", "end", "unit"),
    [
        ("2026-06", date(2026, 6, 1), date(2026, 7, 1), "month"),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "month"),
        ("2026-Q2", date(2026, 4, 1), date(2026, 7, 1), "quarter"),
        ("2026q4", date(2026, 10, 1), date(2027, 1, 1), "quarter"),
        ("2026-H2", date(2026, 7, 1), date(2027, 1, 1), "half"),
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "year"),
        ("2026-04-01..2026-07-01", date(2026, 4, 1), date(2026, 7, 1), "days"),
    ],
)
def test_parse_reads_every_form(text: str, start: date, end: date, unit: str) -> None:
    period = Period.parse(text)
    assert (period.start, period.end, period.unit) == (start, end, unit)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-Q5", "2026-H3", "June", "2026-04-01..", "2026-02-30..2026-03-01"]
)
def test_parse_refuses_what_is_no_period(text: str) -> None:
    with pytest.raises(UsageError, match="is not a period"):
        Period.parse(text)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(UsageError, match="not after its start"):
        Period.parse("2026-07-01..2026-04-01")


def test_bounds_are_midnights_of_the_zone() -> None:
    june = Period.parse("2026-06", zone="Asia/Shanghai")
    assert june.starts_at == datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert june.ends_at == datetime(2026, 6, 30, 16, tzinfo=UTC)


def test_a_day_of_daylight_saving_has_23_hours() -> None:
    day = Period.parse("2026-03-29..2026-03-30", zone="Europe/Berlin")
    assert day.ends_at - day.starts_at == timedelta(hours=23)


@given(day=DAYS, unit=st.sampled_from(["month", "quarter", "half", "year"]))
def test_units_follow_each_other_without_a_gap(day: date, unit: str) -> None:
    period = Period.containing(day, unit)
    assert period.start <= day < period.end
    assert period.previous().end == period.start
    assert Period.parse(str(period)) == period


@given(start=DAYS, days=st.integers(1, 800))
def test_day_periods_round_trip_and_keep_their_length(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days))
    assert Period.parse(str(period)) == period
    assert period.previous().days == period.days
    assert period.previous().comparable(period)


def test_months_of_unequal_length_are_comparable_but_not_windows_of_days() -> None:
    assert Period.parse("2026-02").comparable(Period.parse("2026-03"))
    assert not Period.parse("2026-02").comparable(Period.parse("2026-03-01..2026-04-01"))


def test_leap_day_one_year_before() -> None:
    assert Period(date(2024, 2, 29), date(2024, 3, 1)).year_before() == Period(
        date(2023, 2, 28), date(2023, 3, 1)
    )
