"""Which queue carries the background jobs, from ``LEADLOOP_JOBS_URL``."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def queue(url: str, data: Path, *, immediate: bool) -> dict[str, Any]:
    """The HUEY setting: a SQLite file in the data directory, or PostgreSQL or Redis by address."""
    # Two threads: a long import leaves one for everything else.
    consumer = {
        "workers": 2,
        "worker_type": "thread",
        "check_worker_health": True,
        "graceful_signal": "TERM",
        "shutdown_timeout": 20,
        "max_delay": 1.0,
    }
    common = {"name": "leadloop", "immediate": immediate, "utc": True, "consumer": consumer}
    scheme = urlsplit(url).scheme
    if not url or scheme in {"sqlite", "sqlite3"}:
        return {**common, "huey_class": "huey.SqliteHuey", "filename": str(data / "jobs.sqlite3")}
    if scheme in {"postgres", "postgresql"}:
        return {**common, "huey_class": "huey.PostgresHuey", "dsn": url}
    if scheme in {"redis", "rediss", "unix"}:
        return {**common, "huey_class": "huey.RedisHuey", "url": url}
    raise ValueError(f"LEADLOOP_JOBS_URL: “{scheme}” is not supported; use redis:// or postgresql://.")
