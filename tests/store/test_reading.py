"""Reading the journal in bulk beside Django's own connection."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.installations import an_installation

_WRITE_READ_WRITE = """
from leadloop.foundation import clock
from leadloop.leads.models import Lead
from leadloop.leads.operations import LeadFacts, register_lead
from leadloop.store.refresh import rebuild
def more(first):
    for n in range(first, first + 50):
        facts = LeadFacts(customer=f"华信科技{n}", phone=f"138{n:08d}")
        register_lead(facts=facts, actor=None, now=clock.now())
more(0)
for turn in range(1, 4):
    assert rebuild().leads == turn * 50
    more(turn * 50)
assert Lead.objects.count() == 200
from django.db import connection
if connection.vendor == "sqlite":
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        assert cursor.fetchone() == ("ok",)
"""

_LEFT = """
from leadloop.leads.models import Lead
from leadloop.store.checking import check
assert Lead.objects.count() == 200
assert check() == ()
"""


@pytest.mark.slow
@pytest.mark.django_db
def test_bulk_read_leaves_the_database_of_its_process_alone(tmp_path: Path) -> None:
    with an_installation(tmp_path / "data") as installation:
        installation.run(_WRITE_READ_WRITE)
        installation.run(_LEFT)
