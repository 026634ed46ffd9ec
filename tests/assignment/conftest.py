from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, connections


@pytest.fixture
def shared_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that threads share as processes do: of SQLite a file, as an installation has it.

    Its usual test database lives in memory, where writers are refused instead of waiting for each other.
    """
    if connection.vendor != "sqlite":
        yield
        return
    settings = connections.settings["default"]
    usual, memory = settings["NAME"], connection.connection
    path = tmp_path / "shared.sqlite3"
    settings["NAME"] = connection.settings_dict["NAME"] = str(path)
    connection.connection = None
    with closing(connection.Database.connect(path)) as copy:
        memory.backup(copy)
    yield
    connection.close()
    settings["NAME"] = connection.settings_dict["NAME"] = usual
    connection.connection = memory
