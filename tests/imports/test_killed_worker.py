"""Kill the worker in the middle of an import, with a real process and a real SIGKILL."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from tests.imports.files import a_file, a_row
from tests.installations import Installation, an_installation, kill, wait_until

ROWS = 3000

_START = """
import sys
from pathlib import Path
from leadloop.foundation import clock
from leadloop.imports import operations
from leadloop.imports.options import Options
from leadloop.people.models import Role
from leadloop.people.operations import Place, create_user
actor = create_user(username="ops", display_name="Ops", actor=None, now=clock.now(), places=[Place(Role.OPS)])
found = operations.receive_paths(paths=[Path({path!r})], actor=actor, now=clock.now())
operations.start(import_=found, options=Options(), actor=actor, now=clock.now())
print(found.pk)
"""

_WORK = """
from leadloop.imports.operations import running
running.CHUNK = running.CHUNK_BESIDE_OTHERS = 100
from leadloop.foundation import jobs
jobs.run()
"""

_COUNTS = """
import json
from django.db.models import Count
from leadloop.imports.models import Import
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
found = Import.objects.get()
doubles = Lead.objects.values("number").annotate(n=Count("id")).filter(n__gt=1).count()
print(json.dumps([
    found.status, found.created, found.rows_read, Lead.objects.count(), doubles,
    Event.objects.filter(kind="registered").count(),
]))
"""


def counts(installation: Installation) -> list[object]:
    return list(json.loads(installation.run(_COUNTS)))


@pytest.mark.slow
@pytest.mark.django_db
def test_every_row_comes_exactly_once(tmp_path: Path) -> None:
    path = a_file(tmp_path, [a_row(n) for n in range(1, ROWS + 1)])
    with an_installation(tmp_path / "data") as installation:
        installation.run(_START.format(path=str(path)))
        for kills in range(2):
            worker = installation.start(_WORK)
            wait_until(lambda least=kills: created(installation) > least * 500)
            kill(worker)
            status, made, *_ = counts(installation)
            assert status == "running"
            assert 0 < int(str(made)) < ROWS
        worker = installation.start(_WORK)
        wait_until(lambda: created(installation) == ROWS)
        wait_until(lambda: counts(installation)[0] == "done")
        worker.terminate()
        assert worker.wait(timeout=30) == 0
        assert counts(installation) == ["done", ROWS, ROWS, ROWS, 0, ROWS]


def created(installation: Installation) -> int:
    """How many leads are in, asked quickly: starting a process would take too long to catch the middle."""
    if "DATABASE_URL" in installation.environment:
        import psycopg

        with psycopg.connect(installation.environment["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT created FROM imports_import").fetchone()
    else:
        connection = sqlite3.connect(installation.data / "leadloop.sqlite3", timeout=30)
        row = connection.execute("SELECT created FROM imports_import").fetchone()
        connection.close()
    return int(row[0]) if row else 0
