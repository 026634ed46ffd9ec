"""Kill whoever writes the store, at every step: readers go on, and the next writer makes it right."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.installations import an_installation, kill, wait_until

_LEADS = """
from datetime import timedelta
from leadloop.foundation import clock
from leadloop.leads.operations import LeadFacts, register_lead
for n in range({count}):
    facts = LeadFacts(customer=f"华信科技{{n}}-{count}", phone=f"138{{n:08d}}")
    register_lead(facts=facts, actor=None, now=clock.now())
"""

_DIE_AT = """
import os, signal
from leadloop.store import building, layout, refresh
refresh.LARGEST_DELTA = {limit}
steps = 0
def dying(step):
    def counted(*args, **kwargs):
        global steps
        steps += 1
        if steps == {step}:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(*args, **kwargs)
    return counted
building._copy = dying(building._copy)
layout._sync = dying(layout._sync)
layout.os.replace = dying(os.replace)
refresh.refresh()
print("survived")
"""


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1000, 0], ids=["delta", "new base"])
def test_killed_at_any_step(tmp_path: Path, limit: int) -> None:
    with an_installation(tmp_path / "data") as installation:
        installation.run(_LEADS.format(count=20) + "from leadloop.store.refresh import rebuild\nrebuild()")
        leads, step, survived = 20, 1, False
        while not survived:
            installation.run(_LEADS.format(count=1))
            leads += 1
            survived = "survived" in installation.run(_DIE_AT.format(step=step, limit=limit), check=False)
            installation.run(_AFTER.format(leads=leads))
            step += 6
        assert step > 18


_AFTER = """
from leadloop.store.checking import check
from leadloop.store.refresh import layout
from leadloop.store.snapshots import open_snapshot
old = open_snapshot(fresh=False)
assert old.journeys().journeys.count().execute() in ({leads} - 1, {leads})
assert open_snapshot().journeys().journeys.count().execute() == {leads}
assert check() == ()
assert not list(layout().root.glob("new-*"))
"""

_WRITE_FOR_EVER = """
from leadloop.store.refresh import rebuild
while True:
    rebuild()
"""

_READ = """
import time
from leadloop.store.snapshots import open_snapshot
until, seen = time.monotonic() + {seconds}, set()
while time.monotonic() < until or len(seen) < 2 and time.monotonic() < until + 60:
    snapshot = open_snapshot(fresh=False)
    assert snapshot.journeys().journeys.count().execute() == 20
    assert snapshot.journeys().visits.count().execute() == 20
    seen.add(snapshot.id)
print(len(seen))
"""


@pytest.mark.slow
@pytest.mark.django_db
def test_readers_always_find_a_whole_store(tmp_path: Path) -> None:
    with an_installation(tmp_path / "data") as installation:
        installation.run(_LEADS.format(count=20) + "from leadloop.store.refresh import rebuild\nrebuild()")
        current = installation.data / "store" / "CURRENT"
        first = current.read_text()
        writer = installation.start(_WRITE_FOR_EVER)
        try:
            wait_until(lambda: current.read_text() != first)
            assert int(installation.run(_READ.format(seconds=5))) > 1
        finally:
            kill(writer)
