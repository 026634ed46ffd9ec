"""Filling a data set."""

from __future__ import annotations

import time

from leadloop.cli import ready
from leadloop.cli.demo.build import build
from leadloop.foundation.clock import now


def load(*, leads: int) -> float:
    """The demo company with that many leads, and only the follow-ups that stop a clock; gives seconds."""
    ready.make_ready()
    started = time.perf_counter()
    build(now=now(), leads=leads, chatter=False, equipped=False)
    return time.perf_counter() - started
