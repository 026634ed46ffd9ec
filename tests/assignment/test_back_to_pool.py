"""Leads that nobody calls go back to the pool: after a warning, by the journal, however often one looks."""

from __future__ import annotations

from datetime import datetime

from tests.assignment.desk import pool_rules
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours, loss_reason

from leadloop.assignment.models import ReturnWarning
from leadloop.assignment.operations import sweep
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, edit_lead, log_follow_up, lose_lead

DAY = 24


def day(number: float) -> datetime:
    return NOW + hours(number * DAY)


def swept(number: float) -> tuple[int, int]:
    found = sweep(now=day(number))
    return found.warned, found.returned


def owner_of(lead: Lead) -> object:
    return Lead.objects.get(pk=lead.pk).owner


def test_an_a_lead_is_warned_about_on_day_five_and_goes_back_on_day_seven(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A")
    assert [swept(n) for n in (4.9, 5, 5.5, 6.9, 7, 7, 8)] == [
        (0, 0),
        (1, 0),
        (0, 0),
        (0, 0),
        (0, 1),
        (0, 0),
        (0, 0),
    ]
    assert owner_of(lead) is None
    row = Event.objects.filter(lead_id=lead.pk).latest("id")
    assert (row.kind, row.data, row.actor_id) == ("released", {"how": "no_follow_up"}, None)
    assert not ReturnWarning.objects.exists()


def test_b_has_three_weeks_and_c_and_ungraded_leads_stay(cast: Cast) -> None:
    b, c, none = (a_lead(owner=cast.owner, grade=grade) for grade in ("B", "C", ""))
    for number in (19, 21, 90):
        sweep(now=day(number))
    assert (owner_of(b), owner_of(c), owner_of(none)) == (None, cast.owner, cast.owner)


def test_a_follow_up_starts_the_time_anew_also_when_it_is_written_down_late(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A")
    assert swept(5) == (1, 0)
    log_follow_up(lead=lead, actor=cast.owner, now=day(7), occurred_at=day(6.5))
    assert swept(7) == (0, 0)
    assert not ReturnWarning.objects.exists()
    assert swept(11.5) == (1, 0)
    # Day 13.5 is a Sunday evening: the lead goes on Monday morning.
    assert [swept(13.5), swept(14)] == [(0, 0), (0, 1)]


def test_a_new_owner_has_the_whole_time(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A")
    sweep(now=day(5))
    assign_lead(lead=lead, owner=cast.teammate, actor=cast.manager, now=day(6))
    assert swept(10.9) == (0, 0)
    assert swept(11) == (1, 0)


def test_after_a_standstill_nobody_loses_a_lead_unwarned(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A")
    assert swept(30) == (1, 0)
    assert swept(31.9) == (0, 0)
    assert swept(32) == (0, 1)
    assert owner_of(lead) is None


def test_warned_before_a_standstill_it_goes_back_at_once_after_it(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A")
    assert swept(5) == (1, 0)
    assert swept(30) == (0, 1)
    assert owner_of(lead) is None


def test_a_better_grade_shortens_the_time_but_not_the_warning(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="B")
    assert swept(10) == (0, 0)
    edit_lead(lead=lead, changes={"grade": "A"}, actor=cast.owner, now=day(10))
    # Two days after the warning is a Saturday, on which nobody loses a lead.
    assert [swept(n) for n in (10, 11.9, 12, 14)] == [(1, 0), (0, 0), (0, 0), (0, 1)]


def test_closed_leads_do_not_go_back(cast: Cast) -> None:
    a_lost_lead(owner=cast.owner, grade="A")
    lead = a_lead(owner=cast.owner, grade="A")
    sweep(now=day(5))
    lose_lead(lead=lead, reason=loss_reason("budget_too_small"), actor=cast.owner, now=day(6))
    assert swept(9) == (0, 0)
    assert not ReturnWarning.objects.exists()


def test_the_policy_says_how_many_days_and_none_means_never(cast: Cast) -> None:
    pool_rules(return_after_days={"A": 3}, warn_days_before=0)
    a, b = a_lead(owner=cast.owner, grade="A"), a_lead(owner=cast.owner, grade="B")
    assert swept(2.9) == (0, 0)
    assert swept(3)[1] == 1
    sweep(now=day(60))
    assert (owner_of(a), owner_of(b)) == (None, cast.owner)


def test_many_are_swept_in_one_go(cast: Cast) -> None:
    for _ in range(30):
        a_lead(owner=cast.owner, grade="A")
    assert swept(5) == (30, 0)
    assert swept(7) == (0, 30)
