"""Bring the store up to the journal: from nothing, or by the leads that changed.

Leads that changed are folded again as a whole, from all their rows. So it does no harm to meet a row twice,
and the result is the same as that of a rebuild.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from leadloop.foundation import clock
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.journal.reader import Mark
from leadloop.store import reading, stages
from leadloop.store.layout import Layout, Manifest
from leadloop.store.reading import Position
from leadloop.store.stages import StageBook

CAP = 1_000_000
"""No more rows are counted behind the mark than this."""
LARGEST_DELTA = 20_000
"""Leads beyond which a new base is written."""
LARGEST_STEP = 200_000
"""Changed leads beyond which everything is read again."""


# ``building`` is imported where it is used: it loads the engines, which a page that finds everything up to
# date does not need.


def layout() -> Layout:
    return Layout(Path(settings.STORE))


def refresh(*, wait: float = 60.0) -> Manifest:
    """The state after taking in what is new. Raises :class:`Conflict` when another writer takes long."""
    _outside_transactions()
    with layout().writing(wait=wait) as mine:
        if not mine:
            raise _busy()
        return _refresh(layout())


def rebuild(*, wait: float = 60.0) -> Manifest:
    """Everything again from the journal, whatever there was."""
    _outside_transactions()
    with layout().writing(wait=wait) as mine:
        if not mine:
            raise _busy()
        return _rebuild(layout())


def fits(manifest: Manifest, database: str, fingerprint: str) -> bool:
    """Whether the store belongs to this database, in the state that its journal still remembers."""
    return (
        manifest.database == database and manifest.stages == fingerprint and reading.known_tail(manifest.tail)
    )


def _refresh(files: Layout) -> Manifest:
    old = files.current()
    book = stages.book()
    if old is None or not fits(old, reading.identity(), book.fingerprint):
        return _rebuild(files)
    files.clean(old)
    # Taken before anything else is read: what is written meanwhile lies behind this mark and is read again.
    read_at, position = clock.now(), reading.position(CAP)
    if reading.waiting(Mark.parse(old.mark), CAP) == old.beyond and position.tail == old.tail:
        return old
    changed = reading.changed_leads(Mark.parse(old.mark))
    if len(changed) > LARGEST_STEP:
        return _rebuild(files)
    if old.changed + len(changed) > LARGEST_DELTA:
        return _compact(files, old, book, position, changed, read_at)
    # Only now: the worker looks every minute, and mostly nothing is new.
    from leadloop.store import building

    folder = files.new_folder()
    count = building.write_delta(folder, book, files, old, changed)
    name = files.delta_name(folder)
    files.place(folder, files.root / old.generation / name)
    manifest = replace(old, delta=name, changed=count, **_stand(position, read_at))
    files.publish(manifest)
    return manifest


def _rebuild(files: Layout) -> Manifest:
    from leadloop.store import building

    files.clean(files.current())
    read_at, position, book = clock.now(), reading.position(CAP), stages.book()
    folder = files.new_folder()
    (folder / "base").mkdir()
    leads = building.write_base(folder / "base", book)
    return _new_generation(files, folder, book, position, read_at, leads)


def _compact(
    files: Layout,
    old: Manifest,
    book: StageBook,
    position: Position,
    changed: Collection[int],
    read_at: datetime,
) -> Manifest:
    from leadloop.store import building

    folder = files.new_folder()
    (folder / "base").mkdir()
    leads = building.write_compacted(folder / "base", book, files, old, changed)
    return _new_generation(files, folder, book, position, read_at, leads)


def _new_generation(
    files: Layout, folder: Path, book: StageBook, position: Position, read_at: datetime, leads: int
) -> Manifest:
    name = files.new_generation()
    files.place(folder, files.root / name)
    manifest = Manifest(
        generation=name,
        delta="",
        database=reading.identity(),
        stages=book.fingerprint,
        canonical=book.several,
        leads=leads,
        changed=0,
        **_stand(position, read_at),
    )
    files.publish(manifest)
    return manifest


def _stand(position: Position, read_at: datetime) -> dict[str, Any]:
    return {
        "mark": str(position.mark),
        "beyond": position.beyond,
        "tail": position.tail,
        "read_at": read_at.isoformat(),
    }


def _outside_transactions() -> None:
    """What an open transaction has written may never come to be; the store must not show it.

    The transaction that a test runs in is none of ours: it stands for a database.
    """
    blocks = connection.atomic_blocks
    if connection.in_atomic_block and not (blocks and getattr(blocks[-1], "_from_testcase", False)):
        raise RuntimeError("the store is brought up to date after a transaction, not inside one")


def _busy() -> Conflict:
    return Conflict(
        msg("The figures are being brought up to date by another process. Try again in a moment.")
    )
