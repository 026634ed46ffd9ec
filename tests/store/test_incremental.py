"""The store after any sequence of changes is the store that a rebuild gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories import NOW, a_channel, a_lead, a_team, a_user, loss_reason, stage

from leadloop.foundation.errors import LeadloopError
from leadloop.leads.models import Lead
from leadloop.leads.operations import (
    assign_lead,
    edit_lead,
    invalidate_lead,
    log_follow_up,
    lose_lead,
    move_stage,
    release_lead,
    reopen_lead,
    validate_lead,
    win_lead,
)
from leadloop.people.models import Role, User
from leadloop.process.models import Process
from leadloop.store import refresh
from leadloop.store.checking import check
from leadloop.store.snapshots import open_snapshot

STAGES = ("screened", "need", "proposal", "negotiation")
Change = Callable[[Lead, datetime, int, list[User]], object]

CHANGES: dict[str, Change] = {
    "move": lambda lead, now, n, _: move_stage(
        lead=lead, stage=stage(lead, STAGES[n % 4]), actor=None, now=now, reason="test"
    ),
    "win": lambda lead, now, n, _: win_lead(lead=lead, amount=Decimal(n * 100), actor=None, now=now),
    "lose": lambda lead, now, n, _: lose_lead(
        lead=lead, reason=loss_reason(("budget_too_small", "not_stated")[n % 2]), actor=None, now=now
    ),
    "reopen": lambda lead, now, n, _: reopen_lead(lead=lead, actor=None, now=now, reason="test"),
    "edit": lambda lead, now, n, _: edit_lead(
        lead=lead,
        changes={"industry": ("", "制造业", "服务业")[n % 3], "region": "华北"},
        actor=None,
        now=now,
    ),
    "channel": lambda lead, now, n, _: edit_lead(
        lead=lead, changes={"channel": a_channel(f"渠道{n % 2}")}, actor=None, now=now
    ),
    "assign": lambda lead, now, n, users: assign_lead(
        lead=lead, owner=users[n % len(users)], actor=None, now=now
    ),
    "release": lambda lead, now, n, _: release_lead(lead=lead, actor=None, now=now),
    "follow_up": lambda lead, now, n, _: log_follow_up(lead=lead, actor=None, now=now),
    "invalidate": lambda lead, now, n, _: invalidate_lead(lead=lead, reason="test", actor=None, now=now),
    "validate": lambda lead, now, n, _: validate_lead(lead=lead, actor=None, now=now),
}

steps = st.lists(
    st.one_of(
        st.tuples(st.just("register"), st.integers(0, 5), st.integers(0, 11)),
        st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 5), st.integers(0, 11)),
        st.tuples(st.just("refresh"), st.just(0), st.just(0)),
    ),
    max_size=30,
)


@pytest.fixture
def sellers(process: Process) -> list[User]:
    team = a_team()
    return [a_user(role=Role.REP, team=team) for _ in range(3)]


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, limit=st.sampled_from([0, 2, 1000]))
def test_incremental_equals_rebuild(
    sellers: list[User], monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, int, int]], limit: int
) -> None:
    # A limit of 0 leads writes a new base each time, 2 mixes, 1000 only adds deltas.
    monkeypatch.setattr(refresh, "LARGEST_DELTA", limit)
    shutil.rmtree(Path(django_settings.STORE), ignore_errors=True)
    before = transaction.savepoint()
    try:
        play(steps, sellers)
        assert check() == ()
    finally:
        transaction.savepoint_rollback(before)


def play(steps: list[tuple[str, int, int]], sellers: list[User]) -> None:
    leads = [a_lead(now=NOW)]
    for moment, (kind, which, number) in enumerate(steps):
        now = NOW + timedelta(hours=moment + 1)
        if kind == "register":
            leads.append(a_lead(now=now, owner=sellers[number % 3] if number % 2 else None))
        elif kind == "refresh":
            refresh.refresh()
        else:
            lead = Lead.objects.get(pk=leads[which % len(leads)].pk)
            try:
                CHANGES[kind](lead, now, number, sellers)
            except LeadloopError:
                continue


@pytest.mark.django_db
def test_change_is_in_the_next_snapshot(process: Process) -> None:
    lead = a_lead()
    assert count_of("open") == 1
    lose_lead(lead=lead, reason=loss_reason("not_stated"), actor=None, now=NOW + timedelta(hours=2))
    assert (count_of("open"), count_of("lost")) == (0, 1)


def count_of(outcome: str) -> int:
    journeys: Any = open_snapshot().journeys().journeys
    return int(journeys.filter(journeys.outcome == outcome).count().execute())


@pytest.mark.django_db
def test_nothing_new_leaves_the_store_alone(process: Process) -> None:
    a_lead()
    assert refresh.refresh() == refresh.refresh()


@pytest.mark.django_db
def test_facts_are_those_of_the_moment_asked_for(process: Process) -> None:
    lead = a_lead(industry="制造业")
    edit_lead(lead=lead, changes={"industry": "服务业"}, actor=None, now=NOW + timedelta(days=2))
    journeys = open_snapshot().journeys()
    now, then = (
        found.journeys.industry.execute().tolist()
        for found in (journeys, journeys.at(NOW + timedelta(days=1)))
    )
    assert (now, then) == (["服务业"], ["制造业"])


@pytest.mark.django_db
def test_canonical_steps_with_several_processes(process: Process) -> None:
    from leadloop.process.operations import create_from_template

    a_lead()
    a_lead(process=create_from_template(key="saas", actor=None, now=NOW))
    snapshot = open_snapshot()
    assert snapshot.journeys().journeys.process.nunique().execute() == 2
    assert snapshot.journeys(canonical=True).canonical
    assert check() == ()
