"""Actions that come again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.actions.things import at, planned
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.actions import rules
from leadloop.actions.models import NextAction
from leadloop.actions.operations import do, drop, postpone
from leadloop.foundation.errors import Conflict

NOW = at("2026-06-15 10:00")
SECOND_WEEK = {"repeat": "weekly", "every": 2}


def test_done_makes_the_next_at_the_same_hour(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(
        lead, "2026-06-16 14:30", actor=cast.owner, now=NOW, repeat="weekly", every=2, title="回访"
    )
    following = do(action=action, actor=cast.owner, now=at("2026-06-16 15:00"))
    assert following is not None
    assert (following.title, following.due_at) == ("回访", at("2026-06-30 14:30"))
    assert following.uid != action.uid
    assert NextAction.objects.open().count() == 1


def test_what_was_missed_is_not_made_up_for(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(lead, "2026-06-16 09:00", actor=cast.owner, now=NOW, repeat="daily")
    following = do(action=action, actor=cast.owner, now=at("2026-06-25 20:00"))
    assert following is not None
    assert following.due_at == at("2026-06-26 09:00")


def test_put_off_once_the_days_stay(cast: Cast) -> None:
    """A call on the first of each month that was put off to the third comes again on the first."""
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(lead, "2026-07-01 09:00", actor=cast.owner, now=NOW, repeat="monthly")
    postpone(action=action, to=at("2026-07-03 09:00"), reason="customer", actor=cast.owner, now=NOW)
    following = do(action=action, actor=cast.owner, now=at("2026-07-03 10:00"))
    assert following is not None
    assert following.due_on == date(2026, 8, 1)


def test_the_end_is_the_end(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(
        lead, "2026-06-16 09:00", actor=cast.owner, now=NOW, repeat="weekly", until=date(2026, 6, 22)
    )
    assert do(action=action, actor=cast.owner, now=NOW) is None


def test_dropped_as_a_whole_or_once(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(lead, "2026-06-16 09:00", actor=cast.owner, now=NOW, repeat="weekly")
    following = drop(action=action, reason="放假", actor=cast.owner, now=NOW, whole=False)
    assert following is not None
    assert following.due_on == date(2026, 6, 23)
    assert drop(action=following, reason="", actor=cast.owner, now=NOW) is None
    assert not NextAction.objects.open().exists()


def test_of_two_who_end_it_one_does(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(lead, "2026-06-16 09:00", actor=cast.owner, now=NOW, repeat="weekly")
    again = NextAction.objects.get(pk=action.pk)
    do(action=action, actor=cast.owner, now=NOW)
    with pytest.raises(Conflict):
        do(action=again, actor=cast.owner, now=NOW)
    assert NextAction.objects.count() == 2


def test_the_hour_stays_when_clocks_are_changed(cast: Cast) -> None:
    """Berlin goes back to winter time in the night to 25 October 2026."""
    cast.owner.zone = "Europe/Berlin"
    cast.owner.save()
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(lead, "2026-10-20 15:00", actor=cast.owner, now=NOW, repeat="weekly")
    following = do(action=action, actor=cast.owner, now=NOW)
    assert following is not None
    assert action.due_at.hour + 1 == following.due_at.hour


DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@given(DAYS, st.sampled_from(["daily", "weekly", "monthly"]), st.integers(1, 99), st.integers(0, 3000))
def test_the_next_day_is_the_first_of_the_row_behind_a_day(start, repeat, every, gap) -> None:
    after = start + timedelta(days=gap)
    found = rules.following(start, repeat, every, None, after)
    assert found is not None
    walked = next(
        day for index in range(5000) if (day := rules.occurrence(start, repeat, every, index)) > after
    )
    assert found == walked


@given(st.integers(1, 31), st.integers(1, 12), st.integers(0, 60))
def test_months_too_short_have_their_last_day_and_the_day_comes_back(day, every, index) -> None:
    start = date(2024, 1, day)
    found = rules.occurrence(start, "monthly", every, index)
    assert (found.year - 2024) * 12 + found.month - 1 == every * index
    last = (found.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    assert found.day == min(day, last.day)
