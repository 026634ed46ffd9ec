"""Stop an import, and go on after the worker has gone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.cast import Cast
from tests.factories import NOW
from tests.imports.files import a_file, a_row, ticking

from leadloop.imports import operations
from leadloop.imports.models import Import, Status
from leadloop.imports.operations import running
from leadloop.imports.options import Options
from leadloop.leads.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """25 rows in chunks of 10, the import waiting for a worker."""
    for name in ("CHUNK", "CHUNK_BESIDE_OTHERS"):
        monkeypatch.setattr(running, name, 10)
    path = a_file(tmp_path, [a_row(n) for n in range(1, 26)])
    import_ = operations.receive_paths(paths=[path], actor=cast.ops, now=NOW)
    operations.start(import_=import_, options=Options(), actor=cast.ops, now=NOW)
    return import_


def killed_after_first_chunk(import_: Import) -> None:
    class Killed(BaseException):
        pass

    def die(_: Import) -> None:
        raise Killed

    with pytest.raises(Killed):
        operations.run(import_id=import_.pk, clock=ticking(), progress=die)


def test_goes_on_where_it_was(started: Import) -> None:
    killed_after_first_chunk(started)
    started.refresh_from_db()
    assert (started.status, started.created, Lead.objects.count()) == (Status.RUNNING, 10, 10)
    operations.run(import_id=started.pk, clock=ticking(NOW + timedelta(minutes=5)))
    started.refresh_from_db()
    assert (started.status, started.created, started.rows_read) == (Status.DONE, 25, 25)
    assert Lead.objects.values("number").distinct().count() == 25


def test_nobody_takes_over_while_the_worker_is_alive(started: Import) -> None:
    killed_after_first_chunk(started)
    assert operations.run(import_id=started.pk, clock=ticking()) is None
    assert operations.waiting(NOW + timedelta(seconds=30)) == []
    assert operations.waiting(NOW + timedelta(minutes=5)) == [started.pk]


def test_worker_that_lost_its_lease_writes_nothing_more(started: Import) -> None:
    def other_worker(import_: Import) -> None:
        Import.objects.filter(pk=import_.pk).update(worker="elsewhere:1:abc")

    operations.run(import_id=started.pk, clock=ticking(), progress=other_worker)
    started.refresh_from_db()
    assert (started.worker, started.created, Lead.objects.count()) == ("elsewhere:1:abc", 10, 10)


def test_stop_keeps_what_is_in_and_can_be_undone(started: Import, cast: Cast) -> None:
    def stop(import_: Import) -> None:
        operations.cancel(import_=import_, actor=cast.ops, now=NOW)

    operations.run(import_id=started.pk, clock=ticking(), progress=stop)
    started.refresh_from_db()
    assert (started.status, started.created) == (Status.CANCELLED, 10)
    assert started.may_be_undone(NOW + timedelta(days=1))


def test_unexpected_failure_is_said(started: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(running, "treat", broken)
    operations.run(import_id=started.pk, clock=ticking())
    started.refresh_from_db()
    assert started.status == Status.FAILED
    assert "log" in str(started.error_message)
