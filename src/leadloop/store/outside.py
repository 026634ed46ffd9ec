"""Reads a SQLite database in bulk, in a process of its own: ``python -m leadloop.store.outside``.

The bulk driver brings a SQLite library of its own. Two copies of the library in one process do not see each
other's locks: when one closes the file, the locks of the other are gone, and with them the database
(https://www.sqlite.org/howtocorrupt.html, "multiple copies of SQLite linked into the same application").
A process that has the database open through Django therefore never opens it through the driver.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


_PIPE = 2**20
_ROWS = 8192
"""Rows of a batch; the driver's own choice is 1,024."""


@contextmanager
def rows_from(database: str, statement: str) -> Iterator[pa.RecordBatchReader]:
    """The rows of ``statement`` on the file ``database``, read while they are worked on.

    Whoever takes them must take all. A stream that breaks off looks like one that ends: only the way in
    which the process ended tells them apart, so nothing may count before this context is left.
    """
    import pyarrow as pa

    task = json.dumps({"database": database, "statement": statement})
    command = [sys.executable, "-m", "leadloop.store.outside", task]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said)  # noqa: S603
        assert process.stdout is not None
        _widen(process.stdout)
        try:
            with process.stdout:
                try:
                    yield pa.ipc.open_stream(process.stdout)
                except pa.ArrowInvalid:
                    _check(process, said)
                    raise
            _check(process, said)
        finally:
            process.kill()
            process.wait()


def _widen(pipe: IO[bytes]) -> None:
    """Let the reader go on while the engine is busy with what it has."""
    # Linux only, and no more than the system allows one person.
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _check(process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    if process.wait() != 0:
        said.seek(0)
        raise RuntimeError(f"reading the journal failed: {said.read().decode(errors='replace')[-2000:]}")


def main() -> None:
    import adbc_driver_sqlite.dbapi as driver
    import pyarrow as pa
    from adbc_driver_sqlite import StatementOptions

    task = json.loads(sys.argv[1])
    with driver.connect(task["database"]) as source, source.cursor() as cursor:
        # The writer may be copying its log back for a moment.
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.adbc_statement.set_options(**{StatementOptions.BATCH_ROWS.value: str(_ROWS)})
        cursor.execute(task["statement"])
        rows = cursor.fetch_record_batch()
        with pa.ipc.new_stream(sys.stdout.buffer, rows.schema) as out:
            for batch in rows:
                out.write_batch(batch)


if __name__ == "__main__":
    main()
