"""Several people at one chain at the same time."""

from __future__ import annotations

from functools import partial

import pytest
from tests.assignment.desk import at_once
from tests.cast import Cast
from tests.factories import NOW, a_lead

from leadloop.chain.models import Member
from leadloop.chain.operations import MemberFacts, add, add_contact, report_to
from leadloop.foundation.errors import Conflict, DataError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_database")]


def test_two_lines_that_would_close_a_circle_together_do_not(cast: Cast) -> None:
    for _ in range(4):
        lead = a_lead(owner=cast.owner)
        one, other = (
            add(lead=lead, facts=MemberFacts(name=name, role="user"), actor=None, now=NOW)
            for name in ("赵总", "王工")
        )
        calls = [
            partial(report_to, member=one, boss=other, actor=cast.owner, now=NOW),
            partial(report_to, member=other, boss=one, actor=cast.owner, now=NOW),
        ]

        answers = at_once(calls)

        assert sum(isinstance(answer, DataError) for answer in answers) == 1
        assert Member.objects.filter(lead=lead, reports_to__isnull=False).count() == 1


def test_a_contact_that_two_people_add_is_there_once(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    assert lead.contact is not None
    call = partial(add_contact, lead=lead, contact=lead.contact, actor=cast.owner, now=NOW)

    answers = at_once([call] * 4)

    assert sum(isinstance(answer, Conflict) for answer in answers) == 3
    assert Member.objects.count() == 1
