"""So many in so much time, counted over all processes of the server.

The count is a row of the database. A process takes a block of what is left at once and gives it out
from memory, so that a busy program does not cost a write with every request; the blocks are taken from
the same row, so together they never give out more than the allowance.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from leadloop.capture.models import Quota

_BLOCKS = 20
_TAKE = """
INSERT INTO capture_quota ("key", "window", used) VALUES (%s, %s, %s)
ON CONFLICT ("key", "window") DO UPDATE SET used = capture_quota.used + %s
RETURNING used
"""
_MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a request got: whether it may pass, how many are left, and when the window ends."""

    allowed: bool
    limit: int
    left: int
    """At least: other processes may hold some back."""
    seconds: int
    """Until the window ends."""
    window: int
    """Its length in seconds."""


@dataclass(slots=True)
class _Block:
    window: int
    limit: int
    unused: int = 0
    used_up_to: int = 0


_blocks: dict[tuple[str, str], _Block] = {}
_lock = threading.Lock()


def take(*, key: str, limit: int, window: int, now: datetime) -> Allowance:
    """One of ``limit`` per ``window`` seconds."""
    moment = int(now.timestamp())
    start = moment - moment % window
    place = (str(connection.settings_dict["NAME"]), key)
    with _lock:
        block = _blocks.get(place)
        if block is None or block.window != start or block.limit != limit:
            _forget_old(start)
            block = _blocks[place] = _Block(start, limit)
        dry = block.unused == 0 and block.used_up_to < limit
    if dry:
        # Not under the lock: the caller may hold the database's own, which somebody else here waits for.
        fresh, used = _fetch(key, start, limit)
    with _lock:
        if dry:
            block.unused += fresh
            block.used_up_to = max(block.used_up_to, used)
        allowed = block.unused > 0
        block.unused -= allowed
        left = max(0, limit - block.used_up_to) + block.unused
    return Allowance(allowed, limit, left, start + window - moment, window)


def forget() -> None:
    """What this process holds back, given up: another run of the tests, another database."""
    with _lock:
        _blocks.clear()


def remove_old(*, now: datetime) -> int:
    """Windows that ended an hour ago count for nothing any more."""
    return Quota.objects.filter(window__lt=int(now.timestamp()) - 2 * 3600).delete()[0]


def _fetch(key: str, window: int, limit: int) -> tuple[int, int]:
    """A block of what is left, and how many all processes have taken."""
    wanted = max(1, limit // _BLOCKS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [key, window, wanted, wanted])
        (used,) = cursor.fetchone()
    return max(0, wanted - max(0, int(used) - limit)), int(used)


def _forget_old(start: int) -> None:
    if len(_blocks) > _MOST_KEYS:
        for place in [place for place, block in _blocks.items() if block.window < start]:
            del _blocks[place]
