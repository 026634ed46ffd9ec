"""Open the store for reading: a state that does not change while it is looked at."""
# ruff: noqa: S608 - names and paths of ours only

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leadloop.analysis.tables import PRESENT, Kind, Stage
from leadloop.foundation import clock
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.journal.reader import Mark
from leadloop.store import reading, stages
from leadloop.store.layout import Layout, Manifest
from leadloop.store.refresh import fits, layout, refresh
from leadloop.store.waking import wake_worker

if TYPE_CHECKING:
    from leadloop.analysis.library import Journeys

SMALL_LAG = 20_000
"""Journal rows that a reader waits for (half a second); more are left to the background."""
SMALL_JOURNAL = 150_000
"""A journal of at most this many rows is read while the reader waits, if there was nothing before."""
PATIENCE = 5.0
"""Seconds that a reader waits for another process to finish writing."""

_local = threading.local()
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``as_of`` is now when the snapshot has everything, else when it was taken. Used in one thread only."""

    id: str
    as_of: datetime
    lagging: bool
    stages: tuple[Stage, ...]
    _opened: Opened

    def journeys(self, canonical: bool = False) -> Journeys:
        """The journeys, by the stages of each process or by the six canonical steps."""
        return self._opened.journeys(canonical)


def open_snapshot(*, fresh: bool = True) -> Snapshot:
    """The newest state; with ``fresh`` after taking in a small lag.

    A large lag is caught up in the background, and the snapshot says so. Raises :class:`Conflict` while
    there is nothing to show yet because the first build of a large store is under way.
    """
    files = layout()
    book = stages.book()
    found = files.current()
    if found is None or not fits(found, reading.identity(), book.fingerprint):
        found = _build()
    limit = SMALL_LAG if found.leads else SMALL_JOURNAL
    lag = _lag(found, limit)
    if lag and fresh and lag <= limit:
        found, lag = _caught_up(found)
    elif lag:
        wake_worker()
    as_of = datetime.fromisoformat(found.read_at) if lag else clock.now().replace(second=0, microsecond=0)
    as_of = max(as_of, datetime.fromisoformat(found.read_at))
    return Snapshot(found.id, as_of, bool(lag), book.stages, _opened(files, found, book.stages))


def figures_are_ready() -> bool:
    """Whether whoever opens a snapshot now waits only shortly for one that has everything."""
    found = layout().current()
    return found is not None and _lag(found, SMALL_LAG) <= SMALL_LAG


def _lag(found: Manifest, limit: int) -> int:
    """Journal rows that the state does not have; those beyond ``limit`` are not counted."""
    lag = reading.waiting(Mark.parse(found.mark), found.beyond + limit + 1) - found.beyond
    return 1 if lag == 0 and reading.tail() != found.tail else lag


def _build() -> Manifest:
    if reading.total(SMALL_JOURNAL + 1) > SMALL_JOURNAL:
        wake_worker()
        raise Conflict(msg("The figures are being prepared for the first time. Try again in a moment."))
    return refresh(wait=PATIENCE)


def _caught_up(found: Manifest) -> tuple[Manifest, int]:
    try:
        return refresh(wait=PATIENCE), 0
    except Conflict:
        return found, 1
    except Exception as error:
        import duckdb

        if not isinstance(error, OSError | duckdb.IOException):
            raise
        # A full disk keeps the store from going on, not its readers from the state there is.
        logger.exception("the store could not be brought up to date")
        return found, 1


class Opened:
    """A state with a connection of its own; the tables that were made for it live as long as it does."""

    def __init__(
        self,
        files: Layout,
        manifest: Manifest,
        stages: tuple[Stage, ...],
        before: Opened | None = None,
    ) -> None:
        """``before`` is an earlier state of the same generation: tables have the same columns, and about the
        same values."""
        self.sizes: dict[str, int] = before.sizes if before else {}
        self._schemas: dict[str, Any] = before._schemas if before else {}
        self.files = files
        self.manifest = manifest
        self.stages = stages
        self.backend = _beside_others(manifest.generation)
        self._journeys: dict[bool, Journeys] = {}

    def journeys(self, canonical: bool) -> Journeys:
        if canonical not in self._journeys:
            self._journeys[canonical] = self._make(canonical)
        return self._journeys[canonical]

    def _make(self, canonical: bool) -> Journeys:
        from leadloop.analysis.library import Journeys

        read_at = datetime.fromisoformat(self.manifest.read_at)
        if canonical and not self.manifest.canonical:
            return self.journeys(False).on_canonical_steps()
        suffix = "_canonical" if canonical else ""
        return Journeys.from_ibis(
            journeys=self.table(f"journeys{suffix}"),
            visits=self.table(f"visits{suffix}"),
            stages=self.stages,
            as_of=read_at,
            refold=self._refold,
            canonical=canonical,
            sizes=self.sizes,
        )

    def table(self, name: str) -> Any:
        """Rows of the base, those of leads that changed taken from the delta instead."""
        from leadloop.analysis import engine

        base = f"SELECT * FROM '{self.files.base(self.manifest)}/{name}.parquet'"
        if self.manifest.delta:
            delta = self.files.delta(self.manifest)
            self.backend.con.execute(
                f"CREATE TEMP TABLE IF NOT EXISTS changed AS SELECT lead_id FROM '{delta}/leads.parquet'"
            )
            base = (
                f"{base} ANTI JOIN changed USING (lead_id) "
                f"UNION ALL BY NAME SELECT * FROM '{delta}/{name}.parquet'"
            )
        self.backend.con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {base}")
        if name not in self._schemas:
            self._schemas[name] = self.backend.table(name).schema()
        return engine.known_table(self.backend, name, self._schemas[name])

    def _refold(self, as_of: datetime, canonical: bool) -> Any:
        """As of an earlier moment: from the events and from the facts as they were then."""
        from leadloop.analysis import engine
        from leadloop.analysis.fold import Folded
        from leadloop.store import shaping

        for name in ("facts", "events"):
            self.table(name)
        self.backend.con.execute(
            "CREATE OR REPLACE TEMP TABLE leads_then AS " + shaping.leads_sql("facts", "events", as_of)
        )
        leads, events = self.backend.table("leads_then"), self.backend.table("events")
        folded = engine.folded(self.backend, leads, events, self.stages, as_of=as_of, canonical=canonical)
        journeys = engine.keep(self.backend, self._with_present_places(folded.journeys), "journeys")
        self.backend.con.execute(f'DROP TABLE "{folded.journeys.get_name()}"')
        return Folded(journeys=journeys, visits=folded.visits)

    def _with_present_places(self, journeys: Any) -> Any:
        """Who sees a lead is a matter of now: whoever gave it away does not see it in the past, either.

        What an undone import had brought exists for nobody, at no time.
        """
        present = self.table("journeys")
        places = {name: present[column] for name, column in PRESENT.items()}
        then = journeys.inner_join(present.select("lead_id", **places), "lead_id")
        gone = (then.now_excluded == str(Kind.WITHDRAWN)).fill_null(False)
        return then.mutate(excluded=gone.ifelse(str(Kind.WITHDRAWN), then.excluded))


def _opened(files: Layout, manifest: Manifest, stages: tuple[Stage, ...]) -> Opened:
    """One per thread: a connection serves one thread at a time."""
    key = (str(files.root), manifest.id, stages)
    if getattr(_local, "key", None) != key:
        before: Opened | None = getattr(_local, "opened", None)
        same = before is not None and before.manifest.generation == manifest.generation
        _local.opened = Opened(files, manifest, stages, before if same else None)
        _local.key = key
    found: Opened = _local.opened
    return found


_engines: dict[tuple[int, str], Any] = {}
_choosing = threading.Lock()


def _beside_others(generation: str) -> Any:
    """A connection to the one engine that this process reads a generation with.

    A new generation gets a new engine, so that the old one goes, with what it remembers of the old files,
    when its last reader does.
    """
    from leadloop.analysis import engine

    key = os.getpid(), generation
    with _choosing:
        if key not in _engines:
            # The engine of a parent process has no threads here, and cannot even be closed.
            for other in [one for one in _engines if one[0] == key[0]]:
                del _engines[other]
            _engines[key] = engine.connect()
        return engine.beside(_engines[key])
