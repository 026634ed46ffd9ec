"""``leadloop check`` computes a sample of the stored clocks again, and names those that differ."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from tests.cast import Cast
from tests.clocks.things import at
from tests.factories import a_lead, a_lost_lead, a_won_lead

from leadloop.cli.check.clocks import clocks_agree, holidays_known
from leadloop.clocks.models import FirstResponse, Timing
from leadloop.clocks.operations import sweep
from leadloop.clocks.queries import checking
from leadloop.leads.models import Lead
from leadloop.leads.operations import log_follow_up

MONDAY = at("2026-06-15 10:00")


@pytest.fixture
def leads(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Lead]:
    # A test's transaction is still running: on PostgreSQL the sweep has seen nothing of it.
    monkeypatch.setattr(checking, "_unseen", lambda ids: set())
    found = [a_lead(owner=cast.owner, grade="A", now=MONDAY), a_lead(now=MONDAY)]
    found += [a_won_lead(owner=cast.owner), a_lost_lead(owner=cast.teammate)]
    log_follow_up(lead=found[0], actor=cast.owner, now=at("2026-06-15 11:00"))
    sweep(now=at("2026-06-15 12:00"))
    return found


def test_clocks_that_were_computed_agree(leads: list[Lead]) -> None:
    found = clocks_agree()
    assert found.ok, found.as_text(str)
    assert "4 leads" in found.title.render()


@pytest.mark.parametrize("column", ["cadence_due_at", "due_at", "next_at", "pool_due_at"])
def test_a_moment_that_was_moved_is_found(leads: list[Lead], column: str) -> None:
    Timing.objects.filter(pk=leads[0].pk).update(**{column: F(column) + timedelta(minutes=1)})
    assert clocks_agree().examples == (leads[0].number,)


def test_clocks_that_are_missing_or_too_many_are_found(leads: list[Lead]) -> None:
    Timing.objects.filter(pk=leads[1].pk).delete()
    FirstResponse.objects.filter(lead=leads[3]).delete()
    assert set(clocks_agree().examples) == {leads[1].number, leads[3].number}


def test_until_when_holidays_are_known_is_said(cast: Cast) -> None:
    found = holidays_known()
    assert found.ok
    assert "2026-12-31" in found.title.render()
