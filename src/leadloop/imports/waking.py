"""Ask the worker to do an import, without loading the queue before it is needed."""

from __future__ import annotations


def run_import(import_id: int) -> None:
    from leadloop.imports import tasks

    tasks.run_import(import_id)
