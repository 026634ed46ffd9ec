"""The store cannot be written: readers go on with the state there is, and are told of when it is."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from tests.factories import a_lead

from leadloop.store.layout import Layout
from leadloop.store.snapshots import open_snapshot

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("process")
def test_readers_keep_the_state_there_is(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    a_lead()
    before = open_snapshot()
    a_lead()

    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Layout, "place", full)
        then = open_snapshot()
    assert (then.id, then.lagging) == (before.id, True)
    assert "No space left" in caplog.text
    assert open_snapshot().journeys().journeys.count().to_pyarrow().as_py() == 2
