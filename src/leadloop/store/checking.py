"""Compare the store with the journal: fold everything again elsewhere and look for differences."""
# ruff: noqa: S608 - names and paths of ours only

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadloop.foundation.messages import Message, msg
from leadloop.store import building, reading, stages
from leadloop.store.layout import CANONICAL, TABLES
from leadloop.store.refresh import fits, layout, refresh
from leadloop.store.snapshots import Opened


@dataclass(frozen=True, slots=True)
class Difference:
    """A table of which the store has other rows than the journal gives."""

    table: str
    only_in_store: int
    only_in_journal: int

    @property
    def message(self) -> Message:
        return msg(
            "Store, table %(table)s: %(extra)s rows that the journal does not give, %(missing)s missing.",
            table=self.table,
            extra=self.only_in_store,
            missing=self.only_in_journal,
        )


def check() -> tuple[Difference, ...]:
    """Brings the store up to date first; empty when it says what the journal says."""
    files, book = layout(), stages.book()
    refresh()
    found = files.current()
    assert found is not None
    assert fits(found, reading.identity(), book.fingerprint)
    opened = Opened(files, found, book.stages)
    names = TABLES + CANONICAL if found.canonical else TABLES
    with tempfile.TemporaryDirectory(prefix="leadloop-check-") as folder:
        building.write_base(Path(folder), book)
        differences = [_difference(opened, name, Path(folder) / f"{name}.parquet") for name in names]
    return tuple(found for found in differences if found.only_in_store or found.only_in_journal)


def _difference(opened: Opened, name: str, file: Path) -> Difference:
    opened.table(name)
    con: Any = opened.backend.con
    columns = ", ".join(f'"{column}"' for column in opened.backend.table(name).columns)
    ours, theirs = f"SELECT {columns} FROM {name}", f"SELECT {columns} FROM '{file}'"
    counts = [
        con.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchone()[0]
        for left, right in ((ours, theirs), (theirs, ours))
    ]
    return Difference(name, *counts)
