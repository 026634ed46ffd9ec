from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.template import engines
from django.test import Client, TransactionTestCase
from pytest_django.fixtures import _set_suffix_to_test_databases
from tests.cast import Cast, assemble
from tests.factories import NOW

from leadloop.config import environment
from leadloop.journal import guard
from leadloop.people.models import User
from leadloop.process.models import Process
from leadloop.process.operations import install_defaults
from leadloop.process.queries import default_process

_flush = TransactionTestCase._fixture_teardown


def _flush_without_guard(self: TransactionTestCase) -> None:
    """Tests with real transactions empty all tables afterwards, which the journal's triggers refuse."""
    for alias in self._databases_names(include_mirrors=False):
        guard.remove(connections[alias])
    _flush(self)
    for alias in self._databases_names(include_mirrors=False):
        guard.install(connections[alias])


TransactionTestCase._fixture_teardown = _flush_without_guard


class _Undefined(str):
    """What a template shows for a name that nobody gave it: in production nothing, here a failure."""

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"the template uses {name}, which is not defined")

    def __contains__(self, part: object) -> bool:
        return part == "%s"


@pytest.fixture(autouse=True)
def _undefined_names_in_templates_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", _Undefined("undefined"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Each worker's SQLite is in its own memory; the plugin knows that of Django's own engine only.

    On PostgreSQL each worker has a server of its own where there are enough: what another worker
    has open in another database of the same server would hold back the journal's readers here.
    """
    worker = getattr(request.config, "workerinput", {}).get("workerid")
    if not worker or connection.vendor == "sqlite":
        return
    servers = os.environ.get("DATABASE_URLS", "").split()
    number = int(worker.removeprefix("gw"))
    if number < len(servers):
        os.environ["DATABASE_URL"] = servers[number]
        connection.settings_dict["HOST"] = environment.database(servers[number], Path())["HOST"]
    else:
        _set_suffix_to_test_databases(suffix=worker)


@pytest.fixture
def process(db: None) -> Process:
    """The general process and the loss reasons, as every installation has them."""
    install_defaults(now=NOW)
    return default_process()


@pytest.fixture
def cast(process: Process) -> Cast:
    return assemble()


@pytest.fixture
def client_for() -> Iterator[Callable[[User], Client]]:
    """A browser in which somebody is signed in."""

    def make(user: User, **headers: Any) -> Client:
        client = Client(**headers)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


# Nothing here asks the database that the tests run on: a second run on PostgreSQL would show nothing new.
WITHOUT_DATABASE = (
    "tests/analysis/",
    "tests/intake/",
    "tests/foundation/",
    "tests/cli/test_bench.py",
    "tests/cli/test_demo_company.py",
    "tests/cli/test_guard.py",
    "tests/cli/test_serve.py",
    "tests/store/test_killed_writer.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(WITHOUT_DATABASE):
            item.add_marker(pytest.mark.pure)


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
