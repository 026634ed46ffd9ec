"""Kill the sweep twenty times at random while five thousand reminders are due, with real processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.installations import an_installation

DUE = 5_000
KILLS = 20

_START = """
from datetime import datetime, timedelta
import pyarrow as pa
from django.db import transaction
from leadloop.foundation import clock
from leadloop.leads.operations.bulk import BulkRows, write_leads
from leadloop.people.models import Role
from leadloop.people.operations import Place, create_team, create_user
from leadloop.process.queries import current_version, default_process
now = datetime.fromisoformat("2026-06-15 10:00+08:00")
team = create_team(name="North", parent=None, actor=None, now=now)
def person(name, role):
    return create_user(username=name, display_name=name, actor=None, now=now, places=[Place(role, team)])
person("boss", Role.MANAGER)
reps = [person(f"rep{{n}}", Role.REP).pk for n in range(10)]
numbers = list(range({due}))
owners = [reps[n % 10] for n in numbers]
leads = pa.table({{
    "lead": numbers, "captured_at": pa.array([now] * len(numbers), pa.timestamp("us", tz="UTC")),
    "customer": [f"客户{{n}}有限公司" for n in numbers],
    "owner_id": owners, "team_id": [team.pk] * len(numbers),
}})
events = pa.table({{
    "lead": numbers, "kind": ["assigned"] * len(numbers), "occurred_at": leads["captured_at"],
    "owner_id": owners, "team_id": [team.pk] * len(numbers),
}})
with transaction.atomic():
    write_leads(rows=BulkRows(leads, events), version=current_version(default_process()), actor=None, now=now)
"""

_KILLED = """
import json, os, random, signal, time
from datetime import datetime
from django.db import connections
from leadloop.clocks.operations import sweep, sweeping
from leadloop.clocks.operations import storing
from leadloop.journal.models import Event
sweeping.CHUNK = 50
# What is slow at the first time (libraries, the clocks of all leads) is over before the first kill.
sweep(now=datetime.fromisoformat("2026-06-15 10:01+08:00"))
moment = datetime.fromisoformat("2026-06-15 12:00+08:00")
dice = random.Random(20260615)
seen = []
for kill in range({kills}):
    connections.close_all()
    child = os.fork()
    if child == 0:
        sweep(now=moment)
        os._exit(0)
    time.sleep(dice.uniform(0.05, 0.6))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.append(Event.objects.filter(kind="reminded").count())
connections.close_all()
sweep(now=moment)
again = sweep(now=moment)
print(json.dumps([seen, again.steps, again.told]))
"""

_COUNTS = """
import json
from collections import Counter
from leadloop.clocks.models import Untold
from leadloop.journal.models import Event
from leadloop.notices.models import Notice
steps = Counter(Event.objects.filter(kind="reminded").values_list("lead_id", flat=True))
told = Counter()
for notice in Notice.objects.select_related("user"):
    told[notice.user.username] += notice.message["params"].get("count", 1)
print(json.dumps([len(steps), max(steps.values()), Untold.objects.count(), told]))
"""


@pytest.mark.slow
@pytest.mark.django_db
def test_every_reminder_is_made_once_and_told_once(tmp_path: Path) -> None:
    with an_installation(tmp_path / "data") as installation:
        installation.run(_START.format(due=DUE))
        seen, steps, told = json.loads(installation.run(_KILLED.format(kills=KILLS), timeout=300))
        assert (steps, told) == (0, 0)
        # The kills met the work: some of it was done, and not all of it.
        assert len(set(seen)) > 2
        leads, most, untold, by_person = json.loads(installation.run(_COUNTS))
        assert (leads, most, untold) == (DUE, 1, 0)
        assert by_person == {f"rep{n}": DUE // 10 for n in range(10)}
