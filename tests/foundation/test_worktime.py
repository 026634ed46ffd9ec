"""Working time: holidays with make-up days, zones, daylight saving, and that more time is never less."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadloop.foundation.errors import DataError
from leadloop.foundation.worktime import Calendar, ElapsedTime, Span, TimeCount, WorkingTime, known_until
from leadloop.foundation.worktime.clock import moment, ticks

CHINA = ZoneInfo("Asia/Shanghai")
OFFICE = (Span(9 * 60, 12 * 60), Span(13 * 60 + 30, 18 * 60))
"""Seven and a half hours, the shipped day."""
HOURS = timedelta(hours=1)
START = datetime(2011, 1, 1, tzinfo=UTC)


def at(text: str, zone: ZoneInfo = CHINA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(found: datetime, zone: ZoneInfo = CHINA) -> str:
    return found.astimezone(zone).isoformat(sep=" ", timespec="minutes")[:16]


shipped = WorkingTime(Calendar())


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-06-10 10:00", 2, "2026-06-10 12:00"),
        ("2026-06-10 11:00", 2, "2026-06-10 14:30"),
        ("2026-06-10 17:00", 2, "2026-06-11 10:00"),
        ("2026-06-12 17:30", 2, "2026-06-15 10:30"),
        ("2026-06-13 11:00", 2, "2026-06-15 11:00"),
        ("2026-06-10 20:00", 0.5, "2026-06-11 09:30"),
        # The Spring Festival of 2026: 15 to 23 February free, the Saturday before it worked.
        ("2026-02-13 17:00", 2, "2026-02-14 10:00"),
        ("2026-02-14 17:00", 2, "2026-02-24 10:00"),
        ("2026-02-18 12:00", 7.5, "2026-02-24 18:00"),
    ],
)
def test_due_after_working_hours(start: str, hours: float, due: str) -> None:
    assert shown(shipped.after(at(start), hours * HOURS)) == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-06-10 10:00", 1, "2026-06-11 10:00"),
        ("2026-06-12 10:00", 1, "2026-06-15 10:00"),
        ("2026-06-10 20:00", 1, "2026-06-11 18:00"),
        ("2026-06-10 07:00", 1, "2026-06-11 09:00"),
        ("2026-06-13 15:00", 1, "2026-06-16 09:00"),
        ("2026-09-30 17:00", 1, "2026-10-08 17:00"),
        ("2026-09-30 17:00", 3, "2026-10-10 17:00"),
        ("2026-06-13 15:00", 0, "2026-06-15 09:00"),
    ],
)
def test_due_after_working_days_is_at_the_same_time_of_day(start: str, days: int, due: str) -> None:
    assert shown(shipped.days_after(at(start), days)) == due


def test_a_day_ends_at_midnight_and_a_free_day_with_the_next_working_one() -> None:
    assert shown(shipped.day_end(at("2026-06-10 22:00"))) == "2026-06-11 00:00"
    assert shown(shipped.day_end(at("2026-06-13 10:00"))) == "2026-06-16 00:00"
    assert shown(ElapsedTime("Asia/Shanghai").day_end(at("2026-06-13 10:00"))) == "2026-06-14 00:00"


def test_time_between_counts_working_hours_only() -> None:
    assert shipped.between(at("2026-06-10 10:00"), at("2026-06-11 10:00")) == 7.5 * HOURS
    # Three days before the National Day, then 8, 9 and 10 October, and two hours of the 12th.
    assert shipped.between(at("2026-09-28 09:00"), at("2026-10-12 11:00")) == 47 * HOURS
    assert shipped.between(at("2026-06-11 10:00"), at("2026-06-10 10:00")) == timedelta(0)


def test_own_exceptions_come_before_holidays_and_weekdays() -> None:
    calendar = Calendar(
        exceptions={date(2026, 10, 1): (Span(10 * 60, 12 * 60),), date(2026, 6, 11): ()},
    )
    own = WorkingTime(calendar)
    assert shown(own.after(at("2026-09-30 17:00"), 2 * HOURS)) == "2026-10-01 11:00"
    assert shown(own.after(at("2026-06-10 17:00"), 2 * HOURS)) == "2026-06-12 10:00"


def test_weekday_rule_holds_beyond_the_known_holidays_and_the_limit_can_be_shown() -> None:
    known = known_until("china")
    assert known is not None
    assert known >= date(2026, 12, 31)
    assert known_until("") is None
    new_year = datetime(known.year + 1, 1, 1, 9, tzinfo=CHINA)
    while new_year.weekday() > 4:
        new_year += timedelta(days=1)
    assert shipped.after(new_year, HOURS) == new_year + HOURS


def test_daylight_saving_moves_the_moment_and_not_the_clock() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    there = WorkingTime(Calendar(zone="Europe/Berlin", holidays=""))
    # 29 March 2026, a Sunday: clocks go forward.
    assert shown(there.days_after(at("2026-03-27 10:00", berlin), 1), berlin) == "2026-03-30 10:00"
    nights = WorkingTime(Calendar(zone="Europe/Berlin", week=((Span(0, 6 * 60),),) * 7, holidays=""))
    assert nights.between(at("2026-03-29 00:00", berlin), at("2026-03-30 00:00", berlin)) == 5 * HOURS
    assert nights.between(at("2026-10-25 00:00", berlin), at("2026-10-26 00:00", berlin)) == 7 * HOURS


def test_zones_of_teams_give_different_due_times_for_one_moment() -> None:
    start = datetime(2026, 6, 10, 9, tzinfo=UTC)
    urumqi = WorkingTime(Calendar(zone="Asia/Urumqi"))
    assert shown(shipped.after(start, 2 * HOURS)) == "2026-06-11 10:00"
    assert shown(urumqi.after(start, 2 * HOURS), ZoneInfo("Asia/Urumqi")) == "2026-06-10 17:00"


def test_calendar_without_a_working_hour_is_refused() -> None:
    with pytest.raises(DataError, match="no working hour"):
        Calendar(week=((),) * 7)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Span(600, 540), "hours"),
        (lambda: Span(0, 1500), "hours"),
        (lambda: Calendar(week=((Span(540, 720), Span(700, 800)), *((),) * 6)), "hours"),
        (lambda: Calendar(zone="Asia/Nowhere"), "zone"),
        (lambda: Calendar(zone="../etc/passwd"), "zone"),
    ],
)
def test_impossible_calendars_say_what_is_wrong(make, field: str) -> None:
    with pytest.raises(DataError) as error:
        make()
    assert error.value.field == field


spans = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda edges: tuple(Span(*pair) for pair in zip(*[iter(sorted(edges))] * 2, strict=False))
)
weeks = st.tuples(spans, *[st.one_of(st.just(()), spans)] * 6)
zones = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/New_York", "Pacific/Apia"])
counts = st.one_of(
    st.builds(ElapsedTime, zones),
    st.builds(
        lambda zone, week, holidays: WorkingTime(Calendar(zone, week, holidays)),
        zones,
        weeks,
        st.sampled_from(["", "china"]),
    ),
)
moments = st.integers(0, 16 * 365 * 86_400_000_000).map(lambda n: START + timedelta(microseconds=n))
amounts = st.timedeltas(timedelta(0), timedelta(hours=400))


@settings(deadline=None)
@given(counts, moments, amounts, amounts)
def test_more_time_never_moves_a_due_date_back(
    count: TimeCount, start: datetime, less: timedelta, more: timedelta
) -> None:
    less, more = sorted((less, more))
    assert start <= count.after(start, less) <= count.after(start, more)


@settings(deadline=None)
@given(counts, moments, moments, amounts)
def test_a_later_start_is_never_due_earlier(
    count: TimeCount, one: datetime, other: datetime, amount: timedelta
) -> None:
    first, second = sorted((one, other))
    assert count.after(first, amount) <= count.after(second, amount)
    # Of the hour that clocks repeat or leave out, the order of wall times is not the order of moments.
    assert count.days_after(first, 3) <= count.days_after(second, 3) + HOURS
    assert count.day_end(first) <= count.day_end(second)


@settings(deadline=None)
@given(counts, moments, amounts)
def test_exactly_the_amount_lies_between_start_and_due(
    count: TimeCount, start: datetime, amount: timedelta
) -> None:
    due = count.after(start, amount)
    assert count.between(start, due) == amount
    if amount:
        assert count.between(start, due - timedelta(microseconds=1)) < amount


@settings(deadline=None)
@given(counts, moments, moments, moments)
def test_time_between_adds_up(count: TimeCount, one: datetime, two: datetime, three: datetime) -> None:
    first, second, third = sorted((one, two, three))
    assert count.between(first, second) + count.between(second, third) == count.between(first, third)
    assert count.between(first, third) <= third - first


@settings(deadline=None)
@given(counts, st.lists(moments, max_size=20), amounts)
def test_many_at_once_agree_with_one_by_one(
    count: TimeCount, starts: list[datetime], amount: timedelta
) -> None:
    values = np.array([ticks(start) for start in starts], np.int64)
    due = count.after_many(values, amount)
    assert [moment(int(value)) for value in due] == [count.after(start, amount) for start in starts]
    for days in (0, 1, 3, 30):
        ends = count.days_after_many(values, days)
        assert [moment(int(value)) for value in ends] == [count.days_after(start, days) for start in starts]
    assert [moment(int(value)) for value in count.moved_many(values)] == [
        count.moved(start) for start in starts
    ]
    later = values + 7 * 86_400_000_000
    assert count.between_many(values, later).tolist() == [
        count.between(start, start + timedelta(days=7)) // timedelta(microseconds=1) for start in starts
    ]


@settings(deadline=None)
@given(counts, moments, moments)
def test_moved_to_a_working_moment_and_never_back(count: TimeCount, one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    assert first <= count.moved(first) <= count.moved(second)
    assert count.moved(count.moved(first)) == count.moved(first)
    assert count.between(first, count.moved(first)) == (
        count.moved(first) - first if isinstance(count, ElapsedTime) else timedelta(0)
    )


def test_what_falls_into_a_holiday_is_moved_behind_it() -> None:
    assert shown(shipped.moved(at("2026-02-18 12:00"))) == "2026-02-24 09:00"
    assert shown(shipped.moved(at("2026-06-10 12:30"))) == "2026-06-10 13:30"
    assert shown(shipped.moved(at("2026-06-10 18:00"))) == "2026-06-10 18:00"
    assert shown(shipped.moved(at("2026-06-10 18:01"))) == "2026-06-11 09:00"


def test_long_amounts_reach_over_years() -> None:
    year = shipped.after(at("2024-01-02 09:00"), 2000 * HOURS)
    assert shipped.between(at("2024-01-02 09:00"), year) == 2000 * HOURS
    assert year.year == 2025
