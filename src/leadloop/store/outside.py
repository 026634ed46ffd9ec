"""Reads a SQLite database into an Arrow file, in a process of its own: ``python -m leadloop.store.outside``.

The bulk driver brings a SQLite library of its own. Two copies of the library in one process do not see each
other's locks: when one closes the file, the locks of the other are gone, and with them the database
(https://www.sqlite.org/howtocorrupt.html, "multiple copies of SQLite linked into the same application").
A process that has the database open through Django therefore never opens it through the driver.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def read_into(target: Path, *, database: str, statement: str) -> None:
    """Run ``statement`` on the file ``database`` and put its rows into ``target`` (Arrow IPC)."""
    task = json.dumps({"database": database, "statement": statement, "target": str(target)})
    command = [sys.executable, "-m", "leadloop.store.outside"]
    done = subprocess.run(command, input=task, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise RuntimeError(f"reading the journal failed: {done.stderr.strip()[-2000:]}")


def main() -> None:
    import adbc_driver_sqlite.dbapi as driver
    import pyarrow as pa

    task = json.load(sys.stdin)
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with driver.connect(task["database"]) as source, source.cursor() as cursor:
        # The writer may be copying its log back for a moment.
        cursor.execute("PRAGMA busy_timeout = 30000")
        cursor.execute(task["statement"])
        rows = cursor.fetch_record_batch()
        with (
            pa.OSFile(task["target"], "wb") as file,
            pa.ipc.new_stream(file, rows.schema, options=options) as out,
        ):
            for batch in rows:
                out.write_batch(batch)


if __name__ == "__main__":
    main()
