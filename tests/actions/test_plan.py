"""Plan the next action of a lead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.actions.things import at, planned
from tests.cast import Cast
from tests.factories import a_lead, a_won_lead

from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned, do, drop, plan, postpone, proposed_for
from leadloop.actions.queries import moments_of, next_of
from leadloop.clocks.models import Timing
from leadloop.foundation.errors import Conflict, DataError, LeadloopError, NotAllowed, NotFound
from leadloop.leads.operations import log_follow_up

NOW = at("2026-06-15 10:00")


def test_a_day_ends_with_its_last_second_in_the_owners_zone(cast: Cast) -> None:
    cast.owner.zone = "America/New_York"
    cast.owner.save()
    lead = a_lead(owner=cast.owner, now=NOW)
    made = plan(lead=lead, facts=Planned(due_at=at("2026-06-18 09:00")), actor=cast.owner, now=NOW)
    assert made.due_on == date(2026, 6, 17)
    assert made.due_at.isoformat() == "2026-06-18T03:59:59+00:00"


@pytest.mark.parametrize(
    ("due", "has_time", "words"),
    [
        ("2026-06-15 09:59", True, "moment has passed"),
        ("2026-06-14 23:00", False, "day has passed"),
        ("1970-01-01 00:00", False, "Nobody plans"),
        ("9999-12-31 23:59", True, "Nobody plans"),
        ("2040-01-01 00:00", False, "five years"),
    ],
)
def test_the_past_and_what_nobody_means_is_refused(cast: Cast, due: str, has_time: bool, words: str) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    with pytest.raises(DataError, match=words) as refused:
        plan(lead=lead, facts=Planned(due_at=at(due), has_time=has_time), actor=cast.owner, now=NOW)
    assert refused.value.field == "due_at"
    assert not NextAction.objects.exists()


def test_today_without_a_time_is_not_the_past(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    made = plan(lead=lead, facts=Planned(due_at=at("2026-06-15 00:00")), actor=cast.owner, now=NOW)
    assert made.due_on == date(2026, 6, 15)
    assert made.due_at > NOW


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"title": "x" * 201}, "title"),
        ({"title": "身份证 11010519491231002X"}, "title"),
        ({"kind": "telepathy"}, "kind"),
        ({"priority": "1"}, "priority"),
        ({"repeat": "yearly"}, "repeat"),
        ({"repeat": "daily", "every": 0}, "every"),
        ({"repeat": "daily", "until": date(2026, 6, 15)}, "until"),
    ],
)
def test_facts_that_cannot_be_are_refused(cast: Cast, facts: dict[str, object], field: str) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    due = at("2026-06-16 10:00")
    with pytest.raises(DataError) as refused:
        plan(lead=lead, facts=Planned(due_at=due, **facts), actor=cast.owner, now=NOW)  # type: ignore[arg-type]
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("who", "error"),
    [("teammate", NotFound), ("stranger", NotFound), ("marketing", NotAllowed), ("exec", NotAllowed)],
)
def test_only_who_works_on_the_lead_plans(cast: Cast, who: str, error: type[LeadloopError]) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    with pytest.raises(error):
        planned(lead, "2026-06-16 10:00", actor=getattr(cast, who), now=NOW)
    assert not NextAction.objects.exists()


def test_the_manager_plans_for_the_owner_and_for_themselves(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    assert planned(lead, "2026-06-16 10:00", actor=cast.manager, now=NOW).owner == cast.owner
    own = planned(lead, "2026-06-16 10:00", actor=cast.manager, owner=cast.manager, now=NOW)
    assert own.owner == cast.manager


def test_nobody_plans_for_somebody_who_does_not_see_the_lead(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    with pytest.raises(DataError, match="does not see"):
        planned(lead, "2026-06-16 10:00", actor=cast.ops, owner=cast.stranger, now=NOW)
    with pytest.raises(DataError, match="own teams"):
        planned(lead, "2026-06-16 10:00", actor=cast.manager, owner=cast.stranger, now=NOW)


def test_nothing_is_planned_for_a_lead_that_is_over(cast: Cast) -> None:
    lead = a_won_lead(owner=cast.owner, now=NOW)
    with pytest.raises(Conflict, match="over"):
        planned(lead, "2026-06-18 10:00", actor=cast.owner, now=NOW)


def test_the_next_one_is_the_earliest_that_is_open(cast: Cast) -> None:
    lead, other = a_lead(owner=cast.owner, now=NOW), a_lead(owner=cast.owner, now=NOW)
    later = planned(lead, "2026-06-20 10:00", actor=cast.owner, now=NOW)
    sooner = planned(lead, "2026-06-17 10:00", actor=cast.owner, now=NOW)
    assert next_of([lead.pk, other.pk]) == {lead.pk: sooner}
    do(action=sooner, actor=cast.owner, now=NOW)
    assert moments_of([lead.pk, other.pk]) == {lead.pk: later.due_at}
    drop(action=later, reason="", actor=cast.owner, now=NOW)
    assert moments_of([lead.pk]) == {}


def test_a_planned_action_keeps_the_lead_from_counting_as_neglected(cast: Cast) -> None:
    """Cadence of A: 5 days. Each change of the plan is seen by the clocks at once."""
    lead = a_lead(owner=cast.owner, now=NOW, grade="A")
    log_follow_up(lead=lead, actor=cast.owner, now=NOW)
    usual = Timing.objects.get(pk=lead.pk).cadence_due_at
    assert usual is not None
    action = planned(lead, "2026-07-15 10:00", actor=cast.owner, now=NOW)
    assert Timing.objects.get(pk=lead.pk).cadence_due_at == at("2026-07-15 10:00") > usual
    postpone(action=action, to=at("2026-07-20 10:00"), reason="customer", actor=cast.owner, now=NOW)
    assert Timing.objects.get(pk=lead.pk).cadence_due_at == at("2026-07-20 10:00")
    do(action=action, actor=cast.owner, now=NOW)
    assert Timing.objects.get(pk=lead.pk).cadence_due_at == usual


def test_the_cadence_proposes_the_next_date(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW, grade="A")
    proposed = proposed_for(lead, NOW)
    assert proposed is not None
    assert proposed.due_at - NOW >= timedelta(days=5)
    nurtured = a_lead(owner=cast.owner, now=NOW, grade="C")
    assert proposed_for(nurtured, NOW) is None
