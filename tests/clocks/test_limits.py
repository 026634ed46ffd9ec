"""Whatever a limit counts: more of it, or a later start, is never due earlier."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leadloop.clocks.limits import Counted, Limit, Times
from leadloop.foundation.worktime import Calendar, ElapsedTime, WorkingTime
from leadloop.foundation.worktime.clock import moment, ticks

TIMES = [
    Times(WorkingTime(Calendar()), ElapsedTime("Asia/Shanghai")),
    Times(WorkingTime(Calendar(zone="America/New_York", holidays="")), ElapsedTime("America/New_York")),
]
START = datetime(2025, 1, 1, tzinfo=UTC)
times = st.sampled_from(TIMES)
counted = st.sampled_from(list(Counted))
units = st.sampled_from(["hours", "days"])
amounts = st.integers(1, 90)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@settings(deadline=None)
@given(times, counted, units, amounts, amounts, moments)
def test_more_time_is_never_due_earlier(
    times_: Times, how: Counted, unit: str, less: int, more: int, start: datetime
) -> None:
    less, more = sorted((less, more))
    assert Limit(less, unit, how).due(times_, start) <= Limit(more, unit, how).due(times_, start)


@settings(deadline=None)
@given(times, counted, units, amounts, moments, moments)
def test_a_later_start_is_never_due_earlier(
    times_: Times, how: Counted, unit: str, amount: int, one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    limit = Limit(amount, unit, how)
    # In the hour that clocks repeat, the order of wall times is not the order of moments.
    assert limit.due(times_, first) <= limit.due(times_, second) + timedelta(hours=1)


@settings(deadline=None)
@given(times, counted, units, amounts, st.lists(moments, min_size=1, max_size=20))
def test_many_are_due_when_each_is(
    times_: Times, how: Counted, unit: str, amount: int, starts: list[datetime]
) -> None:
    limit = Limit(amount, unit, how)
    found = limit.due_many(times_, np.array([ticks(start) for start in starts], np.int64))
    assert [moment(int(value)) for value in found] == [limit.due(times_, start) for start in starts]
