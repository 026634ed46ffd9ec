"""Do the work of an import, chunk by chunk, so that a killed worker loses nothing and nothing comes twice.

The rows of a chunk, their results and the mark of how far the import is are one transaction. Whoever
goes on later starts behind the mark. Two workers cannot do the same import: each has a lease with a
time limit, and the mark only moves for the worker whose name is on the import.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F

from leadloop.foundation import stopping
from leadloop.foundation.bulk import after_many_writes, many_writes
from leadloop.foundation.errors import DataError, LeadloopError
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.privacy import scrubbed
from leadloop.imports.chunks import ChunkResult, Context, Result, prepare, save, treat
from leadloop.imports.models import Import, Outcome, Status, data_of
from leadloop.imports.names import Names
from leadloop.imports.operations.deciding import set_mapping, start
from leadloop.imports.operations.lease import LEASE, LostLease, claim, new_worker, release
from leadloop.imports.operations.receiving import receive_paths
from leadloop.imports.operations.telling import tell_ended
from leadloop.imports.operations.undoing import undo_chunks
from leadloop.imports.options import Options
from leadloop.imports.permissions import reach_of
from leadloop.imports.reading import ahead, open_source, stage_map
from leadloop.intake.result import Batch, StageGuess
from leadloop.leads.models import Lead
from leadloop.leads.operations.bulk import stage_columns
from leadloop.people.models import User
from leadloop.process.models import Version

logger = logging.getLogger(__name__)

CHUNK = 1_000
"""Leads a transaction: about a tenth of a second on SQLite, where everybody else's writes wait for it."""
CHUNK_BESIDE_OTHERS = 5_000
"""On PostgreSQL nobody waits; each of the look-ups of a chunk costs a round trip."""
CHUNK_OF_UPDATES = 50
Clock = Callable[[], datetime]


@dataclass(slots=True)
class _Work:
    import_: Import
    worker: str
    clock: Clock
    context: Context
    progress: Callable[[Import], None] | None


def import_file(
    *,
    paths: Sequence[Path],
    actor: User,
    clock: Clock,
    options: Options | None = None,
    mapping: str = "",
    progress: Callable[[Import], None] | None = None,
) -> Import:
    """Receive, start and run in one go, as the command line does. The import is returned as it ended."""
    import_ = receive_paths(paths=paths, actor=actor, now=clock())
    if mapping:
        set_mapping(import_=import_, mapping=mapping, actor=actor, now=clock())
    start(import_=import_, options=options or Options(), actor=actor, now=clock())
    run(import_id=import_.pk, clock=clock, progress=progress)
    import_.refresh_from_db()
    return import_


def run(*, import_id: int, clock: Clock, progress: Callable[[Import], None] | None = None) -> Import | None:
    """Go on with an import until it ends or the process is to stop. None: somebody else is at it."""
    worker = new_worker()
    import_ = claim(import_id, worker, clock())
    if import_ is None:
        return None
    try:
        if import_.status == Status.UNDOING:
            undo_chunks(import_=import_, worker=worker, clock=clock)
        else:
            _import(import_, worker, clock, progress)
    except LostLease:
        _cancelled(import_id, worker, clock())
    except LeadloopError as error:
        _fail(import_, worker, error.message, clock())
    except OperationalError:
        # The database is away or busy: nothing is wrong with the file. The sweep tries again.
        release(import_id, worker)
        raise
    except Exception:
        logger.exception("import %s failed", import_id)
        _fail(import_, worker, msg("An unexpected error stopped the import. It is in the log."), clock())
    import_.refresh_from_db()
    return import_


def _cancelled(import_id: int, worker: str, now: datetime) -> None:
    """Ours and stopped by the person: say so. Otherwise somebody else has it and says what becomes of it."""
    ours = Import.objects.filter(pk=import_id, worker=worker, cancel_requested=True)
    if not ours.update(status=Status.CANCELLED, finished_at=now, worker="", lease_until=None):
        logger.info("import %s was taken over by another worker", import_id)


def _fail(import_: Import, worker: str, why: Message, now: datetime) -> None:
    _end(import_, worker, now, status=Status.FAILED, error=data_of(why))


@transaction.atomic
def _end(import_: Import, worker: str, now: datetime, **values: object) -> None:
    ours = Import.objects.filter(pk=import_.pk, worker=worker)
    if ours.update(finished_at=now, worker="", lease_until=None, **values):
        import_.refresh_from_db()
        tell_ended(import_=import_, now=now)


def _import(import_: Import, worker: str, clock: Clock, progress: Callable[[Import], None] | None) -> None:
    source = open_source(import_)
    options = Options.from_json(import_.options)
    assert import_.version_id is not None
    version = Version.objects.select_related("process").get(pk=import_.version_id)
    now = import_.started_at or import_.created_at
    context = context_for(import_, options, version, source.understanding.stages, now)
    work = _Work(import_, worker, clock, context, progress)
    batches = ahead(source.batches(import_.batch_size))
    with many_writes():
        for number, batch in enumerate(batches):
            if number < import_.batch:
                continue
            if not _one_batch(work, batch):
                release(import_.pk, worker)
                return
            # Two threads that make and drop columns leave twice as much free memory between them as they use.
            pa.default_memory_pool().release_unused()
        # Still without mapping the file: both read much of it.
        after_many_writes()
        _finish(work)


def context_for(
    import_: Import,
    options: Options,
    version: Version,
    guesses: Sequence[StageGuess],
    now: datetime,
) -> Context:
    stages = list(version.stages.order_by("position"))
    names = Names(
        reach=reach_of(import_.actor),
        stages=stage_map(guesses, stages, options.stages),
        create=options.create_missing,
        now=now,
    )
    return Context(import_.pk, import_.actor, now, options, version, stage_columns(version), names)


def _one_batch(work: _Work, batch: Batch) -> bool:
    """False when the process is to end before the batch is done."""
    for leads, events, last in slices(batch, work.import_.batch_leads, _chunk_size(work.context.options)):
        if stopping.asked():
            return False
        _chunk(work, batch, leads, events, last)
        if work.progress is not None:
            work.progress(work.import_)
    return True


def _chunk_size(options: Options) -> int:
    if options.duplicates == "update":
        return CHUNK_OF_UPDATES
    return CHUNK if connection.vendor == "sqlite" else CHUNK_BESIDE_OTHERS


def slices(batch: Batch, done: int, size: int) -> Iterator[tuple[pa.Table, pa.Table, bool]]:
    """Chunks of the leads behind the first ``done``, each with its events, and whether it is the last one.

    A batch without leads still gives one chunk: its rejected lines have to be told.
    """
    leads, count = batch.leads, batch.leads.num_rows
    events, of = batch.events, batch.events["lead_id"].to_numpy()
    if of.size and (np.diff(of) < 0).any():
        order = np.argsort(of, kind="stable")
        events, of = events.take(pa.array(order)), of[order]
    ids = leads["lead_id"].to_numpy()
    start = min(done, count)
    while True:
        end = min(start + size, count)
        if start < end:
            low, high = np.searchsorted(of, ids[start]), np.searchsorted(of, ids[end - 1], side="right")
            yield leads.slice(start, end - start), events.slice(low, high - low), end == count
        else:
            yield leads.slice(0, 0), events.slice(0, 0), True
        if end == count:
            return
        start = end


def _chunk(work: _Work, batch: Batch, leads: pa.Table, events: pa.Table, last: bool) -> None:
    """One transaction; once more from the start when another writer took a number of ours meanwhile."""
    began = time.monotonic()
    prepared = prepare(leads, events, work.context) if leads.num_rows else None
    for attempt in (1, 2, 3):
        try:
            with transaction.atomic():
                done = ChunkResult() if prepared is None else treat(prepared, work.context)
                lines = _lines_done(batch, done, leads.num_rows, last)
                save(work.import_, done.results)
                _advance(work, done, leads.num_rows, lines, last, time.monotonic() - began)
            work.import_.refresh_from_db()
            return
        except IntegrityError:
            if attempt == 3:
                raise


def _lines_done(batch: Batch, done: ChunkResult, leads: int, last: bool) -> int:
    """Lines that this chunk accounts for; the last one of a batch also answers for lines without a lead."""
    if not last:
        return leads
    done.add(rejected_by_intake(batch))
    joined = batch.rows_read - batch.rows_rejected - batch.leads.num_rows
    if joined < 0:
        raise RuntimeError(f"{batch.leads.num_rows} leads from {batch.rows_read} lines")
    done.counts["joined"] = joined
    return int(leads + batch.rows_rejected + joined)


def rejected_by_intake(batch: Batch) -> list[Result]:
    """One result a line, with all its errors."""
    reasons: dict[tuple[str, int], list[tuple[Message, str | None]]] = {}
    for issue in batch.issues:
        if issue.severity == "error" and issue.row is not None:
            reasons.setdefault((issue.file, issue.row), []).append((scrubbed(issue.message), issue.column))
    if len(reasons) != batch.rows_rejected:
        logger.error("intake rejected %s lines and gave reasons for %s", batch.rows_rejected, len(reasons))
    return [Result(row, file, Outcome.REJECTED, tuple(why)) for (file, row), why in sorted(reasons.items())]


def _advance(work: _Work, done: ChunkResult, leads: int, lines: int, last: bool, seconds: float) -> None:
    """Move the mark, if the import is still ours and nobody asked to stop it."""
    counts = done.counts
    mark: dict[str, Any] = (
        {"batch": F("batch") + 1, "batch_leads": 0} if last else {"batch_leads": F("batch_leads") + leads}
    )
    ours = Import.objects.filter(
        pk=work.import_.pk, worker=work.worker, status=Status.RUNNING, cancel_requested=False
    )
    moved = ours.update(
        rows_read=F("rows_read") + lines,
        created=F("created") + counts["created"],
        updated=F("updated") + counts[Outcome.UPDATED],
        skipped=F("skipped") + counts[Outcome.SKIPPED],
        rejected=F("rejected") + counts[Outcome.REJECTED],
        joined=F("joined") + counts["joined"],
        seconds=F("seconds") + seconds,
        lease_until=work.clock() + LEASE,
        **mark,
    )
    if moved != 1:
        raise LostLease


def _finish(work: _Work) -> None:
    """Done, if every line is accounted for; that it is not would be a fault of ours, so it is said aloud."""
    import_ = work.import_
    import_.refresh_from_db()
    there = Lead.objects.filter(import_id=import_.pk).count()
    if import_.rows_accounted != import_.rows_read or there != import_.created:
        raise DataError(
            msg(
                "Of %(read)s lines %(accounted)s are accounted for; %(there)s of %(created)s leads exist.",
                read=import_.rows_read,
                accounted=import_.rows_accounted,
                there=there,
                created=import_.created,
            )
        )
    _end(import_, work.worker, work.clock(), status=Status.DONE, rows_total=import_.rows_read)
