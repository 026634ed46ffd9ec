"""Filling a data set."""

from __future__ import annotations

import time

from leadloop.assignment import operations as assignment
from leadloop.cli import ready
from leadloop.cli.demo.build import build
from leadloop.foundation.clock import now
from leadloop.grading.operations import runs
from leadloop.store.refresh import refresh


def load(*, leads: int) -> float:
    """The demo company with that many leads, and only the follow-ups that stop a clock; gives seconds."""
    ready.make_ready()
    started = time.perf_counter()
    build(now=now(), leads=leads, chatter=False, equipped=False)
    # What the worker finds to do when it first sees so many leads is not what an idle server does.
    assignment.sweep(now=now())
    for run in runs.start_where_rules_changed(now=now()):
        runs.work(run_id=run.pk, clock=now)
    refresh(wait=60.0)
    return time.perf_counter() - started
