"""SQLite is read in bulk by a process of its own, and what that process did not finish never counts."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from leadloop.store import outside

ROWS = 200_000


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "some.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, word TEXT)")
        made.executemany("INSERT INTO numbers (word) VALUES (?)", ((f"word {n}",) for n in range(ROWS)))
    made.close()
    return str(path)


def test_all_rows_come(database: str) -> None:
    with outside.rows_from(database, "SELECT id, word FROM numbers ORDER BY id") as rows:
        found = rows.read_all()
    assert (found.num_rows, found.schema.types) == (ROWS, [pa.int64(), pa.string()])
    assert found["word"][-1].as_py() == f"word {ROWS - 1}"


def test_a_reader_that_is_killed_has_not_read(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def remembered(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(real(*args, **options))
        return started[-1]

    monkeypatch.setattr(outside.subprocess, "Popen", remembered)

    def read_while_it_is_killed() -> None:
        with outside.rows_from(database, "SELECT id, word FROM numbers") as rows:
            rows.read_next_batch()
            started[0].kill()
            rows.read_all()

    with pytest.raises((RuntimeError, OSError, pa.ArrowInvalid)):
        read_while_it_is_killed()


def test_a_statement_that_fails_says_why(database: str) -> None:
    with (
        pytest.raises(RuntimeError, match="no such table"),
        outside.rows_from(database, "SELECT 1 FROM gone"),
    ):
        pass
