"""What becomes of open actions when something happens to their lead."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.actions.things import at, planned
from tests.cast import Cast
from tests.factories import a_lead, loss_reason

from leadloop.actions.models import NextAction
from leadloop.actions.operations import tell_due
from leadloop.actions.queries import late, next_of, open_of
from leadloop.assignment.operations.handover import hand_over
from leadloop.clocks.models import Timing
from leadloop.leads.models import Lead
from leadloop.leads.operations import (
    assign_lead,
    invalidate_lead,
    lose_lead,
    release_lead,
    reopen_lead,
    win_lead,
)

NOW = at("2026-06-15 10:00")
LATER = at("2026-06-15 11:00")


def lose(lead: Lead, cast: Cast) -> None:
    reason = loss_reason("budget_too_small")
    lose_lead(lead=lead, reason=reason, actor=cast.owner, now=LATER)


def win(lead: Lead, cast: Cast) -> None:
    win_lead(lead=lead, amount=Decimal(1), actor=cast.owner, now=LATER)


def make_invalid(lead: Lead, cast: Cast) -> None:
    invalidate_lead(lead=lead, reason="test", actor=cast.owner, now=LATER)


def release(lead: Lead, cast: Cast) -> None:
    release_lead(lead=lead, actor=cast.owner, now=LATER)


@pytest.mark.parametrize(
    ("end", "why"), [(lose, "@lost"), (win, "@won"), (make_invalid, "@invalid"), (release, "@released")]
)
def test_an_ended_lead_needs_nothing_more(cast: Cast, end, why: str) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    planned(lead, "2026-06-16 10:00", actor=cast.owner, now=NOW, repeat="weekly")
    end(lead, cast)
    action = NextAction.objects.get()
    assert (action.dropped_at, action.dropped_by, action.drop_reason) == (LATER, cast.owner, why)
    assert action.remind_at is None
    assert next_of([lead.pk]) == {}


def test_reopened_nothing_comes_back(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    planned(lead, "2026-06-16 10:00", actor=cast.owner, now=NOW)
    lose(lead, cast)
    reopen_lead(lead=lead, actor=cast.owner, now=LATER, reason="又有预算了")
    assert not open_of(cast.owner).exists()


def test_the_new_owner_has_them_and_the_clocks_know(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW, grade="A")
    action = planned(lead, "2026-07-16 10:00", actor=cast.owner, now=NOW)
    before = action.sequence
    assign_lead(lead=lead, owner=cast.teammate, actor=cast.manager, now=LATER)
    action.refresh_from_db()
    assert (action.owner, action.sequence) == (cast.teammate, before + 1)
    assert list(open_of(cast.teammate)) == [action]
    assert not open_of(cast.owner).exists()
    assert Timing.objects.get(pk=lead.pk).planned_at == action.due_at


def test_late_ones(cast: Cast) -> None:
    lead, other = a_lead(owner=cast.owner, now=NOW), a_lead(owner=cast.owner, now=NOW)
    planned(lead, "2026-06-16 10:00", actor=cast.owner, now=NOW)
    planned(other, "2026-06-18 10:00", actor=cast.owner, now=NOW)
    assert list(late(Lead.objects.all(), at("2026-06-17 10:00"))) == [lead]
    assert list(late(Lead.objects.all(), NOW)) == []


def test_handed_over_with_everything_when_somebody_leaves(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW, grade="A")
    action = planned(lead, "2026-07-16 10:00", actor=cast.owner, now=NOW)
    hand_over(person=cast.owner, to=[cast.teammate], actor=cast.manager, now=LATER)
    action.refresh_from_db()
    assert (action.owner, action.sequence) == (cast.teammate, 1)
    assert list(open_of(cast.teammate)) == [action]


def test_undone_imports_show_nothing_of_theirs(cast: Cast) -> None:
    """An undone import writes its leads' end by thousands, without asking anybody."""
    lead = a_lead(owner=cast.owner, now=NOW)
    planned(lead, "2026-06-16 10:00", actor=cast.owner, now=NOW)
    Lead.objects.filter(pk=lead.pk).update(state="withdrawn")
    assert not open_of(cast.owner).exists()
    assert not late(Lead.objects.all(), at("2026-07-01 10:00")).exists()
    assert tell_due(now=at("2026-06-16 09:50")) == 0
