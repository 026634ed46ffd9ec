"""When something is sent, and when it is tried again. Pure: times in, times out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leadloop.notices.kinds import Channel

USUAL_DAILY = time(8, 30)
MOST_TRIES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
FAILURES_TO_OPEN = 3
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Wishes:
    """When a person wants e-mail."""

    zone: ZoneInfo
    hourly: bool = False
    daily_at: time = USUAL_DAILY
    quiet_from: time | None = None
    quiet_until: time | None = None
    urgent_through: bool = False


def mail_due(channels: Collection[str], *, urgent: bool, wishes: Wishes, now: datetime) -> datetime | None:
    """When it is to be mailed; None: not at all. Urgent ones are not collected."""
    if Channel.MAIL in channels or (urgent and Channel.DIGEST in channels):
        at = now
    elif Channel.DIGEST in channels:
        at = next_digest(wishes, now)
    else:
        return None
    return at if urgent and wishes.urgent_through else after_quiet(wishes, at)


def next_digest(wishes: Wishes, now: datetime) -> datetime:
    """The next full hour, or the next time of day, in the person's zone."""
    if wishes.hourly:
        offset = now.astimezone(wishes.zone).utcoffset() or timedelta()
        local = int(now.timestamp() + offset.total_seconds())
        seconds = local - local % _HOUR + _HOUR
        return datetime.fromtimestamp(seconds, UTC) - offset
    return _next_at(wishes.daily_at, wishes.zone, now)


def after_quiet(wishes: Wishes, at: datetime) -> datetime:
    """``at``, or the end of the quiet hours in which it lies. They may go over midnight."""
    start, end = wishes.quiet_from, wishes.quiet_until
    if start is None or end is None or start == end:
        return at
    clock = at.astimezone(wishes.zone).time()
    quiet = start <= clock < end if start < end else clock >= start or clock < end
    return _next_at(end, wishes.zone, at) if quiet else at


def _next_at(clock: time, zone: ZoneInfo, after: datetime) -> datetime:
    """When it is this time of day next. A time that a change of clocks leaves out is the moment after it."""
    day = after.astimezone(zone).date()
    while True:
        found = datetime.combine(day, clock, zone).astimezone(UTC)
        if found > after:
            return found
        day += timedelta(days=1)


def pause_after(tries: int, chance: float) -> timedelta:
    """How long to wait after so many failures; ``chance`` (0 to 1) spreads those that failed together."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(max(tries - 1, 0), 10)
    return min(doubled, _LONGEST_PAUSE) * (0.5 + chance)


def rest_after(failures: int, chance: float) -> timedelta | None:
    """How long a way out is left alone after so many failures in a row; None: not yet."""
    if failures < FAILURES_TO_OPEN:
        return None
    return pause_after(failures - FAILURES_TO_OPEN + 1, chance)
