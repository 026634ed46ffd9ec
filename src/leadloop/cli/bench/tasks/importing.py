"""One import, as the command line and the wizard's worker do it, watched while it runs."""

from __future__ import annotations

import os
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from leadloop.cli import ready
from leadloop.foundation.background import give_way
from leadloop.foundation.clock import now
from leadloop.imports.models import Import, RowResult
from leadloop.imports.operations import import_file as import_them
from leadloop.leads.models import Lead
from leadloop.people.models import Role, User
from leadloop.people.operations import Place, create_user


def import_file(*, path: str) -> dict[str, Any]:
    """Counts, seconds, seconds of the first and last tenth of the rows, memory over what was there before."""
    give_way()
    ready.prepare_database()
    actor = _somebody()
    _warm(actor)
    marks: list[tuple[float, int]] = []
    with Memory() as memory:
        started = time.perf_counter()
        done = import_them(
            paths=[Path(path)],
            actor=actor,
            clock=now,
            progress=lambda so_far: marks.append((time.perf_counter(), so_far.rows_read)),
        )
        taken = time.perf_counter() - started
    first, last = _tenths([(started, 0), *marks])
    return {
        "status": done.status,
        "error": str(done.error_message or ""),
        **{name: getattr(done, name) for name in COUNTS},
        "leads": Lead.objects.filter(import_id=done.pk).count(),
        "told": RowResult.objects.filter(of=done).exclude(reasons=[]).count(),
        "seconds": taken,
        "first_tenth": first,
        "last_tenth": last,
        "memory_mb": memory.peak_mb - memory.before_mb,
    }


ENOUGH_STEPS = 30
COUNTS = ("rows_read", "created", "updated", "skipped", "rejected", "joined")


def _somebody() -> User:
    found = User.objects.filter(memberships__role=Role.OPS).order_by("id").first()
    return found or create_user(
        username="ops", display_name="Operations", actor=None, now=now(), places=[Place(Role.OPS)]
    )


def _warm(actor: User) -> None:
    """Load what is loaded on first use, so that memory counts the import and not the libraries."""
    import_module("leadloop.intake.source")
    import_module("leadloop.leads.operations.bulk")
    Import.objects.filter(actor=actor).exists()


def _tenths(marks: list[tuple[float, int]]) -> tuple[float, float] | tuple[None, None]:
    """Rows a second while the first and while the last tenth of the rows went through.

    The very first step, which also opens the file, is not counted. Nothing when there are too few steps.
    """
    if len(marks) < ENOUGH_STEPS:
        return None, None
    rows = marks[-1][1]
    at_first = next(mark for mark in marks[1:] if mark[1] >= rows / 10)
    at_last = next(mark for mark in reversed(marks[:-1]) if mark[1] <= rows * 0.9)
    first = (at_first[1] - marks[1][1]) / max(at_first[0] - marks[1][0], 1e-9)
    last = (marks[-1][1] - at_last[1]) / max(marks[-1][0] - at_last[0], 1e-9)
    return first, last


class Memory:
    """Largest resident size of this process while the block runs (Linux; elsewhere nothing is seen)."""

    def __enter__(self) -> Memory:
        self.before_mb = self.peak_mb = _resident_mb()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self.peak_mb = max(self.peak_mb, _resident_mb())

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        self._thread.join()


def _resident_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
