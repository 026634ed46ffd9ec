"""Who decides: people come in, report to each other, and what is missing is said."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.chain import changes
from leadloop.chain.models import Member
from leadloop.chain.operations import (
    MemberFacts,
    add,
    add_contact,
    arrange,
    edit,
    place,
    remove,
    report_to,
)
from leadloop.chain.queries import gaps, members, met_decision_maker, roles
from leadloop.chain.rules import closes_a_circle
from leadloop.customers.models import Contact
from leadloop.followup.operations import FollowUpFacts, log
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.process.operations import publish_policies

pytestmark = pytest.mark.django_db


def a_member(lead: Lead, name: str = "赵总", role: str = "user", **facts: object) -> Member:
    made = MemberFacts(name=name, role=role, **facts)  # type: ignore[arg-type]
    return add(lead=lead, facts=made, actor=None, now=NOW)


def said(lead: Lead) -> list[str]:
    return [str(gap) for gap in gaps(lead)]


def test_an_empty_chain_lacks_every_required_role_and_nothing_else(cast: Cast) -> None:
    assert said(a_lead(owner=cast.owner)) == [
        "Nobody who decides is known yet",
        "Nobody who will use it yet",
        "Nobody from purchasing yet",
        "Nobody from finance yet",
    ]


def test_gaps_close_as_people_become_known(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    boss = a_member(lead, "赵总", "decision_maker", stance=1)
    a_member(lead, "周会计", "finance", stance=0)
    a_member(lead, "王经理", "purchasing", stance=1)
    assert said(lead) == [
        "Nobody who will use it yet",
        "The decision maker was not met",
        "Nobody who is against is known",
    ]

    user = a_member(lead, "李工", "user")
    assert "Stance still unknown: 1" in said(lead)

    edit(
        member=user,
        facts=MemberFacts(name="李工", role="user", stance=-1),
        actor=cast.owner,
        now=NOW,
    )
    edit(
        member=boss,
        facts=MemberFacts(name="赵总", role="decision_maker", stance=1, met_at=NOW - hours(2)),
        actor=cast.owner,
        now=NOW,
    )

    assert said(lead) == []
    assert met_decision_maker(lead)


def test_a_process_says_which_roles_there_are_and_which_it_asks_for(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    policy = {
        "required": ["legal"],
        "ask_for_opponents": False,
        "also": [{"key": "legal", "zh": "法务", "en": "legal"}],
    }
    publish_policies(process=lead.process, changes={"chain": policy}, actor=None, now=NOW)

    with translation.override("en"):
        assert said(lead) == ["Nobody for “legal” yet"]
    with translation.override("zh-hans"):
        assert str(roles(lead).name("legal")) == "法务"
    a_member(lead, "陈律师", "legal", stance=0)
    assert said(lead) == []


def test_a_contact_is_one_person_and_not_a_copy(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    contact = lead.contact
    assert contact is not None
    member = add_contact(lead=lead, contact=contact, actor=cast.owner, now=NOW)

    Contact.objects.filter(pk=contact.pk).update(name="王大明", title="厂长")

    (shown,) = members(lead)
    assert (shown.name, shown.title, shown.own_name) == ("王大明", "厂长", "")
    with pytest.raises(Conflict):
        add_contact(lead=lead, contact=contact, actor=cast.owner, now=NOW)
    assert Member.objects.filter(lead=lead).get() == member


def test_a_typed_name_that_the_customer_has_is_that_contact(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, contact="李四")

    member = a_member(lead, " 李四 ", "technical")

    assert member.contact == lead.contact
    with pytest.raises(Conflict):
        a_member(lead, "李四")


def test_a_contact_of_another_customer_is_refused(cast: Cast) -> None:
    lead, other = a_lead(owner=cast.owner), a_lead(owner=cast.owner)
    assert other.contact is not None

    with pytest.raises(DataError) as refused:
        add_contact(lead=lead, contact=other.contact, actor=cast.owner, now=NOW)

    assert refused.value.field == "contact"


def test_the_role_of_a_contact_comes_with_it(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    contact = Contact.objects.create(customer=lead.customer, name="赵总", role=Contact.Role.OWNER)

    assert add_contact(lead=lead, contact=contact, actor=cast.owner, now=NOW).role == "decision_maker"


def test_the_last_contact_comes_from_follow_ups_that_name_the_person(cast: Cast) -> None:
    lead = a_lead(actor=cast.owner, owner=cast.owner)
    assert lead.contact is not None
    add_contact(lead=lead, contact=lead.contact, role="decision_maker", actor=cast.owner, now=NOW)
    assert members(lead)[0].last_contact_at is None

    for at, mood in ((1, "positive"), (2, "silent")):
        facts = FollowUpFacts(way="phone", mood=mood, contacts=(lead.contact.pk,))
        lead.refresh_from_db()
        log(lead=lead, facts=facts, actor=cast.owner, now=NOW + hours(at))

    assert members(lead)[0].last_contact_at == NOW + hours(1)
    assert met_decision_maker(lead)


def test_nobody_reports_to_themselves_over_any_number_of_others(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    chain = [a_member(lead, f"人{place}") for place in range(4)]
    for below, above in pairwise(chain):
        report_to(member=below, boss=above, actor=cast.owner, now=NOW)

    for first in (chain[0], chain[2], chain[3]):
        with pytest.raises(DataError):
            report_to(member=chain[3], boss=first, actor=cast.owner, now=NOW)
    facts = MemberFacts(name="人3", role="user", reports_to=chain[0])
    with pytest.raises(DataError):
        edit(member=chain[3], facts=facts, actor=cast.owner, now=NOW)


def test_a_line_to_another_chain_is_refused(cast: Cast) -> None:
    one, other = a_member(a_lead(owner=cast.owner)), a_member(a_lead(owner=cast.owner))

    with pytest.raises(DataError):
        report_to(member=one, boss=other, actor=cast.owner, now=NOW)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.none() | st.integers(0, 6)), max_size=40))
def test_whatever_the_order_of_edits_there_is_no_circle(edits: list[tuple[int, int | None]]) -> None:
    bosses: dict[int, int | None] = dict.fromkeys(range(7))

    for below, above in edits:
        if above is None or not closes_a_circle(bosses, below, above):
            bosses[below] = above

    for who in bosses:
        passed, at = set(), bosses[who]
        while at is not None:
            assert at not in passed
            passed.add(at)
            at = bosses[at]
        assert who not in passed


def test_who_reported_to_somebody_removed_reports_to_nobody(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    boss = a_member(lead, "赵总")
    below = a_member(lead, "李工", reports_to=boss)

    remove(member=boss, actor=cast.owner, now=NOW)

    below.refresh_from_db()
    assert below.reports_to is None


def test_a_place_is_kept_until_the_map_is_put_in_order(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    member, boss = a_member(lead, "李工"), a_member(lead, "赵总")
    place(member=member, x=123.44, y=-1e9, actor=cast.owner, now=NOW)
    member.refresh_from_db()
    assert (member.x, member.y) == (123.4, -5000.0)

    report_to(member=member, boss=boss, actor=cast.owner, now=NOW)
    member.refresh_from_db()
    assert member.x is None, "below the new boss"

    place(member=member, x=1, y=2, actor=cast.owner, now=NOW)
    arrange(lead=lead, actor=cast.owner, now=NOW)
    member.refresh_from_db()
    assert member.x is None
    with pytest.raises(DataError):
        place(member=member, x=float("nan"), y=0, actor=cast.owner, now=NOW)


def test_two_who_edit_the_same_person_are_told(cast: Cast) -> None:
    member = a_member(a_lead(owner=cast.owner))
    seen = member.changed_at
    facts = MemberFacts(name="赵总", role="user", stance=2)
    edit(member=member, facts=facts, actor=cast.owner, now=NOW + hours(1), seen=seen)

    with pytest.raises(Conflict):
        edit(member=member, facts=facts, actor=cast.manager, now=NOW + hours(2), seen=seen)


@pytest.mark.parametrize(
    ("who", "refusal"), [("stranger", NotFound), ("exec", NotAllowed), ("marketing", NotAllowed)]
)
def test_only_who_works_on_the_lead_edits_its_chain(cast: Cast, who: str, refusal: type[Exception]) -> None:
    lead = a_lead(owner=cast.owner)
    actor: User = getattr(cast, who)

    with pytest.raises(refusal):
        add(lead=lead, facts=MemberFacts(name="赵总", role="user"), actor=actor, now=NOW)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " ", "role": "user"}, "name"),
        ({"name": "赵" * 121, "role": "user"}, "name"),
        ({"name": "赵总", "role": "king"}, "role"),
        ({"name": "赵总", "role": "user", "stance": 3}, "stance"),
        ({"name": "赵总", "role": "user", "influence": 0}, "influence"),
        ({"name": "赵总", "role": "user", "note": "x" * 2_001}, "note"),
        ({"name": "赵总", "role": "user", "met_at": NOW + hours(1)}, "met_at"),
        ({"name": "赵总", "role": "user", "note": "11010519491231002X"}, "note"),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, facts: dict[str, object], field: str) -> None:
    with pytest.raises(DataError) as refused:
        add(lead=a_lead(owner=cast.owner), facts=MemberFacts(**facts), actor=None, now=NOW)  # type: ignore[arg-type]

    assert refused.value.field == field
    assert not Member.objects.exists()


def test_every_change_is_told_and_no_name_comes_into_the_journal(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, told = a_lead(owner=cast.owner), list[int]()
    monkeypatch.setattr(changes, "_told", [lambda pk, now: told.append(pk)])
    before = Event.objects.count()

    member = a_member(lead, "赵总")
    edit(member=member, facts=MemberFacts(name="赵总", role="finance"), actor=None, now=NOW)
    remove(member=member, actor=None, now=NOW)

    assert told == [lead.pk] * 3
    assert Event.objects.count() == before
