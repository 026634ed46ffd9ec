"""Ask the worker to do a run, without loading the queue before it is needed."""

from __future__ import annotations


def do_run(run_id: int) -> None:
    from leadloop.identity import tasks

    tasks.do_run(run_id)
