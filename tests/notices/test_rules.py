"""When something is sent: quiet hours, collected mails, pauses. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadloop.notices.rules import Wishes, after_quiet, mail_due, next_digest, pause_after, rest_after

pytestmark = pytest.mark.pure

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu")]
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.times().map(lambda one: one.replace(second=0, microsecond=0))
wishes = st.builds(
    Wishes,
    zone=st.sampled_from(ZONES),
    hourly=st.booleans(),
    daily_at=clocks,
    quiet_from=st.none() | clocks,
    quiet_until=st.none() | clocks,
    urgent_through=st.booleans(),
)
ways = st.sets(st.sampled_from(["app", "mail", "digest"]))


# The first draw reads the data of all zones.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(ways, st.booleans(), wishes, moments)
def test_never_before_now_and_never_later_than_the_longest_wait(
    channels: set[str], urgent: bool, own: Wishes, now: datetime
) -> None:
    due = mail_due(channels, urgent=urgent, wishes=own, now=now)
    assert (due is None) == channels.isdisjoint({"mail", "digest"})
    if due is not None:
        assert now <= due <= now + timedelta(hours=50)


@given(wishes, moments)
def test_never_within_quiet_hours(own: Wishes, now: datetime) -> None:
    due = mail_due({"mail"}, urgent=False, wishes=own, now=now)
    assert due is not None
    start, end, clock = own.quiet_from, own.quiet_until, due.astimezone(own.zone).time()
    if start is None or end is None or start == end:
        assert due == now
        return
    quiet = start <= clock < end if start < end else clock >= start or clock < end
    # Where the clocks are changed, the end of the quiet hours may be a time that does not exist that day.
    changed = (
        due.astimezone(own.zone).utcoffset() != (due - timedelta(hours=26)).astimezone(own.zone).utcoffset()
    )
    assert not quiet or changed


@given(wishes, moments)
def test_collected_at_the_full_hour_or_the_time_of_day(own: Wishes, now: datetime) -> None:
    due = next_digest(own, now).astimezone(own.zone)
    if own.hourly:
        assert (due.minute, due.second) == (0, 0)
        assert now < due <= now + timedelta(hours=1)
    else:
        assert now < due <= now + timedelta(hours=26)


def test_over_midnight() -> None:
    own = Wishes(ZoneInfo("Asia/Shanghai"), quiet_from=time(22), quiet_until=time(7))
    evening = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)  # 22:00
    assert after_quiet(own, evening) == datetime(2026, 6, 15, 23, 0, tzinfo=UTC)
    assert after_quiet(own, evening - timedelta(minutes=1)) == evening - timedelta(minutes=1)
    dawn = datetime(2026, 6, 15, 22, 59, tzinfo=UTC)
    assert after_quiet(own, dawn) == datetime(2026, 6, 15, 23, 0, tzinfo=UTC)
    assert after_quiet(own, dawn + timedelta(minutes=1)) == dawn + timedelta(minutes=1)


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_pauses_grow_and_are_spread(tries: int, chance: float) -> None:
    pause = pause_after(tries, chance)
    assert timedelta(seconds=30) <= pause <= timedelta(minutes=90)
    assert pause_after(tries + 1, chance) >= pause


def test_a_way_rests_after_the_third_failure() -> None:
    assert rest_after(2, 0.5) is None
    assert rest_after(3, 0.5) == timedelta(minutes=1)
    assert rest_after(4, 0.5) == timedelta(minutes=2)
    assert rest_after(60, 0.5) == timedelta(hours=1)
