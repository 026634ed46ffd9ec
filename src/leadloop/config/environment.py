"""Settings from the environment and ``.env``; the names are listed in docs/settings.md."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def load_dotenv(path: Path) -> None:
    """Take ``NAME=value`` lines of a file; what the environment already says wins."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.lstrip().startswith("#"):
            os.environ.setdefault(name.strip().removeprefix("export "), value.strip().strip("\"'"))


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def database(url: str, data: Path) -> dict[str, Any]:
    """The DATABASES entry for ``DATABASE_URL``; SQLite in the data directory when there is none."""
    parts = urlsplit(url)
    if not url or parts.scheme in {"sqlite", "sqlite3"}:
        name = unquote(parts.path.removeprefix("/")) if url else ""
        return _sqlite(Path(name) if name else data / "leadloop.sqlite3")
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            f"DATABASE_URL: “{parts.scheme}” is not supported; use postgresql:// or leave it out."
        )
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "leadloop.foundation.sqlite",
        "NAME": path,
        # Opening costs seven PRAGMAs: a thread keeps its connection.
        "CONN_MAX_AGE": None,
        # IMMEDIATE: a transaction that will write takes the lock at its start, so that two
        # writers queue for it instead of failing half-way with "database is locked".
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA busy_timeout=30000; PRAGMA cache_size=-16384; PRAGMA mmap_size=268435456;"
                # An import lets the log grow; the next one to begin it anew gives the room back.
                "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
            ),
        },
    }
