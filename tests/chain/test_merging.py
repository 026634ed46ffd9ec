"""Two customers turn out to be one: the people of their chains are one, too, until it is taken back."""

from __future__ import annotations

import pytest
from tests.factories import NOW, a_lead, hours

from leadloop.chain.models import Member
from leadloop.chain.operations import add_contact
from leadloop.identity.operations import merge, undo_merge
from leadloop.identity.plans import Choices, both, plan
from leadloop.process.models import Process

pytestmark = pytest.mark.django_db


def test_a_contact_that_is_another_is_that_one_in_the_chain_and_itself_again_afterwards(
    process: Process,
) -> None:
    ours = a_lead(customer="深圳市华信科技有限公司", contact="张三", phone="13800138000")
    theirs = a_lead(customer="华信科技", contact="张三", phone="138 0013 8000")
    assert ours.contact is not None
    assert theirs.contact is not None
    assert ours.contact != theirs.contact
    member = add_contact(lead=theirs, contact=theirs.contact, actor=None, now=NOW)
    chosen = plan(both(ours.customer, theirs.customer), Choices())

    done = merge(
        survivor=ours.customer, absorbed=theirs.customer, plan=chosen, actor=None, now=NOW + hours(1)
    )
    member.refresh_from_db()
    assert member.contact == ours.contact

    undo_merge(merge=done, actor=None, now=NOW + hours(2))
    member.refresh_from_db()
    assert member.contact == theirs.contact
    assert Member.objects.count() == 1
