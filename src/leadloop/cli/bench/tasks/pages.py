"""What a page costs the database, and leads that a page can be tried on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leadloop.leads.models import Lead, State
from leadloop.people.models import User


def count_queries(*, paths: Sequence[str], username: str) -> dict[str, int]:
    """Queries of each page when it is opened for the second time."""
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
    )
    found = {}
    for path in paths:
        client.get(path, headers={"host": "127.0.0.1"})
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path, headers={"host": "127.0.0.1"})
        assert answer.status_code == 200, (path, answer.status_code)
        found[path] = len(queries)
    return found


def leads_to_move(*, count: int) -> dict[str, Any]:
    """Open leads with an owner that stand in screening, and the stage after it."""
    leads = Lead.objects.filter(state=State.OPEN, stage__key="screened", owner__isnull=False)
    numbers = list(leads.order_by("-id").values_list("number", flat=True)[:count])
    return {"numbers": numbers, "stage": "need"}
