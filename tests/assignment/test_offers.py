"""What counts as an answer to a lead that somebody was given."""

from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.assignment.queries.offered import offers_of
from leadloop.leads.operations import assign_lead, report_contact
from leadloop.leads.operations.follow_up import correct_contact

pytestmark = pytest.mark.usefixtures("process")


def test_a_contact_answers_until_it_is_found_to_have_been_before(cast: Cast) -> None:
    lead = a_lead(team=cast.key_accounts, now=NOW)
    assign_lead(lead=lead, owner=cast.owner, team=cast.key_accounts, actor=cast.ops, now=NOW + hours(2))
    assert offers_of([lead.pk], cast.owner.pk)[lead.pk].by == cast.ops.pk
    row = report_contact(lead=lead, actor=cast.owner, now=NOW + hours(4), occurred_at=NOW + hours(3))
    assert offers_of([lead.pk], cast.owner.pk) == {}
    correct_contact(lead=lead, event_id=row, at=NOW + hours(1), actor=cast.owner, now=NOW + hours(5))
    assert offers_of([lead.pk], cast.owner.pk)[lead.pk].by == cast.ops.pk
