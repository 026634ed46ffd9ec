from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError
from leadloop.journal.models import Event
from leadloop.leads import queries
from leadloop.leads.models import Lead, State
from leadloop.leads.operations import invalidate_lead, log_follow_up, validate_lead, withdraw_lead


def test_invalid_is_an_ending_of_its_own_that_can_be_taken_back(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(DataError):
        invalidate_lead(lead=lead, reason="because", actor=cast.owner, now=NOW)
    with pytest.raises(DataError):
        invalidate_lead(lead=lead, reason="other", actor=cast.owner, now=NOW)
    invalidate_lead(lead=lead, reason="test", actor=cast.owner, now=NOW)
    assert lead.state == State.INVALID
    assert Event.objects.latest("id").data == {"cause": "test"}
    assert not Lead.objects.counted().exists()
    validate_lead(lead=lead, actor=cast.owner, now=NOW)
    assert Lead.objects.counted().get() == lead


def test_a_lost_lead_is_not_marked_invalid(cast: Cast) -> None:
    with pytest.raises(Conflict):
        invalidate_lead(lead=a_lost_lead(owner=cast.owner), reason="test", actor=cast.owner, now=NOW)


def test_a_withdrawn_lead_exists_for_nobody(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    withdraw_lead(lead=lead, actor=cast.ops, now=NOW)
    assert [who for who, user in cast.everybody().items() if queries.visible(user).exists()] == []
    assert Event.objects.latest("id").kind == Kind.WITHDRAWN


def test_follow_ups_are_counted_and_may_be_entered_in_any_order(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, captured_at=NOW - hours(30))
    stale = Lead.objects.get(pk=lead.pk)
    for at in (NOW - hours(2), NOW - hours(20), NOW - hours(1.5)):
        log_follow_up(lead=stale, actor=cast.owner, now=NOW, occurred_at=at)
    lead.refresh_from_db()
    assert (lead.follow_up_count, lead.first_followed_up_at, lead.last_followed_up_at) == (
        3,
        NOW - hours(20),
        NOW - hours(1.5),
    )


def test_a_follow_up_is_neither_before_the_capture_nor_in_the_future(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    for wrong in (NOW - hours(1), NOW + hours(1)):
        with pytest.raises(DataError):
            log_follow_up(lead=lead, actor=cast.owner, now=NOW, occurred_at=wrong)
