"""Two customers become one, and two again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.analysis.tables import Kind
from leadloop.customers.models import Alias, Contact, Customer
from leadloop.customers.operations import find_or_create
from leadloop.customers.queries import similar
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.identity.models import Merge
from leadloop.identity.operations import add_alias, correct_customer, merge, remove_alias, undo_merge
from leadloop.identity.plans import Choices, Plan, both, fingerprint, plan, proposal
from leadloop.journal.models import Event
from leadloop.leads.finding import find
from leadloop.leads.models import Lead
from leadloop.leads.operations import edit_lead
from leadloop.leads.search import index
from leadloop.people.permissions import visibility_of
from leadloop.process.operations import install_defaults

pytestmark = pytest.mark.django_db

CODE = "91350100M000100Y43"
OTHER_CODE = "91110000600037341L"


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that a merge may touch, without the marks of time that each change leaves."""
    return {
        model.__name__: list(model.objects.order_by("pk").values(*columns))
        for model, columns in (
            (Customer, [f.attname for f in Customer._meta.concrete_fields]),
            (Contact, [f.attname for f in Contact._meta.concrete_fields]),
            (Alias, [f.attname for f in Alias._meta.concrete_fields]),
            (Lead, [f.attname for f in Lead._meta.concrete_fields if f.attname != "changed_at"]),
        )
    }


def two(**other: Any) -> tuple[Lead, Lead]:
    one = a_lead(customer="深圳市华信科技有限公司", contact="张三", phone="13800138000", title="")
    facts = {"customer": "华信科技", "contact": "张三", "phone": "138 0013 8000", "title": "采购经理"} | other
    return one, a_lead(**facts)


def merged(one: Lead, other: Lead, choices: Choices | None = None, **by: Any) -> Merge:
    pair = both(one.customer, other.customer)
    chosen = plan(pair, choices or Choices())
    return merge(survivor=one.customer, absorbed=other.customer, plan=chosen, now=NOW + hours(1), **by)


def test_leads_contacts_and_names_are_the_survivors(process) -> None:
    one, other = two(email="zhang@huaxin.example")
    add_alias(customer=other.customer, name="华信", actor=None, now=NOW)
    merged(one, other, actor=None)
    customer = Customer.objects.get(pk=one.customer_id)
    other.refresh_from_db()
    assert (other.customer, other.contact_id) == (customer, one.contact_id)
    person = customer.contacts.get()
    assert (person.title, person.email_key) == ("采购经理", "zhang@huaxin.example")
    assert set(customer.aliases.values_list("name", flat=True)) == {"华信科技", "华信"}


def test_the_journal_tells_where_a_lead_went(process) -> None:
    one, other = two()
    done = merged(one, other, actor=None)
    undo_merge(merge=done, actor=None, now=NOW + hours(2))
    rows = Event.objects.filter(lead_id=other.pk, kind=Kind.EDITED).order_by("id")
    assert [row.data["customer_id"] for row in rows] == [one.customer_id, other.customer_id]
    assert not Event.objects.filter(lead_id=one.pk, kind=Kind.EDITED).exists()


def test_the_absorbed_name_finds_the_survivor(process) -> None:
    one, other = two()
    merged(one, other, actor=None)
    assert find_or_create(name="华信科技", now=NOW) == one.customer
    assert [c.customer_id for c in similar(name="华信科技", phone="13800138000")] == [one.customer_id]
    assert a_lead(customer="华信科技").customer == one.customer


def test_each_field_is_taken_from_where_it_was_chosen(process) -> None:
    one, other = two(credit_code=CODE)
    merged(one, other, Choices(frozenset({"name", f"{other.contact_id}.phone"})), actor=None)
    customer = Customer.objects.get(pk=one.customer_id)
    assert (customer.name, customer.credit_code) == ("华信科技", CODE)
    assert customer.contacts.get().phone == "138 0013 8000"
    assert [alias.name for alias in customer.aliases.all()] == ["深圳市华信科技有限公司"]


def test_contacts_that_are_said_to_be_two_stay_two(process) -> None:
    one, other = two()
    merged(one, other, Choices(apart=frozenset({other.contact_id})), actor=None)
    assert one.customer.contacts.count() == 2


def test_a_switchboard_does_not_make_one_person_of_two(process) -> None:
    one, other = two(contact="李四")
    merged(one, other, actor=None)
    assert set(one.customer.contacts.values_list("name", flat=True)) == {"张三", "李四"}


def test_the_undo_restores_both_exactly(process) -> None:
    one, other = two(email="zhang@huaxin.example", credit_code=CODE)
    a_lead(customer="华信科技", contact="李四", phone="13900139000")
    add_alias(customer=other.customer, name="华信", actor=None, now=NOW)
    before = everything()
    done = merged(one, other, Choices(frozenset({"name"})), actor=None)
    assert everything() != before
    undo_merge(merge=done, actor=None, now=NOW + hours(2))
    assert everything() == before


def test_what_happened_since_the_merge_stays(process) -> None:
    one, other = two()
    done = merged(one, other, actor=None)
    later = a_lead(customer="华信科技", contact="王五", phone="13700137000", now=NOW + hours(2))
    one.refresh_from_db()
    edit_lead(lead=one, changes={"title": "总经理"}, actor=None, now=NOW + hours(2))
    undo_merge(merge=done, actor=None, now=NOW + hours(3))
    later.refresh_from_db()
    other.refresh_from_db()
    one.contact.refresh_from_db()
    assert (later.customer, other.customer.name) == (one.customer, "华信科技")
    assert (one.contact.title, other.contact.title) == ("总经理", "采购经理")


def test_merges_are_taken_back_in_the_order_of_a_pile(process) -> None:
    one, other = two()
    third = a_lead(customer="华信集团", contact="赵六", phone="13600136000")
    before = everything()
    first = merged(one, other, actor=None)
    one.refresh_from_db()
    second = merged(third, one, actor=None)
    with pytest.raises(Conflict, match="merged into another"):
        undo_merge(merge=first, actor=None, now=NOW + hours(3))
    undo_merge(merge=second, actor=None, now=NOW + hours(3))
    undo_merge(merge=first, actor=None, now=NOW + hours(4))
    assert everything() == before
    with pytest.raises(Conflict, match="already"):
        undo_merge(merge=first, actor=None, now=NOW + hours(5))


def test_neither_itself_nor_twice(process) -> None:
    one, other = two()
    with pytest.raises(DataError, match="itself"):
        merged(one, one, actor=None)
    merged(one, other, actor=None)
    with pytest.raises(Conflict, match="meanwhile"):
        merge(
            survivor=one.customer,
            absorbed=Customer.objects.exclude(pk=one.customer_id).get(),
            plan=Plan(name="华信", credit_code=""),
            actor=None,
            now=NOW,
        )


def test_a_credit_code_must_be_one_of_the_two(process) -> None:
    one, other = two(credit_code=CODE)
    with pytest.raises(DataError, match="neither"):
        merge(
            survivor=one.customer,
            absorbed=other.customer,
            plan=Plan(name="华信", credit_code=OTHER_CODE),
            actor=None,
            now=NOW,
        )


def test_who_may(cast: Cast) -> None:
    mine = {"owner": cast.owner, "team": cast.key_accounts}
    one, other = two(**mine)
    Lead.objects.filter(pk=one.pk).update(owner=cast.owner, team=cast.key_accounts)
    theirs = a_lead(customer="华信", owner=cast.stranger, team=cast.south)
    with pytest.raises(NotFound):
        merged(one, theirs, actor=cast.owner)
    with pytest.raises(NotAllowed):
        merged(one, other, actor=cast.exec)
    with pytest.raises(NotAllowed):
        merged(one, theirs, actor=cast.marketing)
    done = merged(one, other, actor=cast.owner)
    with pytest.raises(NotFound):
        undo_merge(merge=done, actor=cast.stranger, now=NOW + hours(2))
    undo_merge(merge=done, actor=cast.manager, now=NOW + hours(2))
    merged(one, theirs, actor=cast.ops)


def test_who_sees_nothing_of_it_learns_nothing_of_a_merge(cast: Cast) -> None:
    one, other = two(owner=cast.owner, team=cast.key_accounts)
    Lead.objects.filter(pk=one.pk).update(owner=cast.owner, team=cast.key_accounts)
    done = merged(one, other, actor=cast.owner)
    undo_merge(merge=done, actor=cast.owner, now=NOW + hours(2))
    with pytest.raises(NotFound):
        undo_merge(merge=done, actor=cast.stranger, now=NOW + hours(3))
    with pytest.raises(Conflict):
        undo_merge(merge=done, actor=cast.owner, now=NOW + hours(3))


def test_a_plan_of_what_is_no_more_is_refused(process) -> None:
    one, other = two()
    pair = both(one.customer, other.customer)
    seen = fingerprint(pair)
    edit_lead(lead=other, changes={"phone": "13900139000"}, actor=None, now=NOW + hours(1))
    with pytest.raises(Conflict, match="changed meanwhile"):
        merge(
            survivor=one.customer,
            absorbed=other.customer,
            plan=plan(pair, Choices()),
            actor=None,
            now=NOW + hours(2),
            seen=seen,
        )
    assert not Merge.objects.exists()


def test_a_customer_that_is_gone_is_not_corrected(process) -> None:
    one, other = two()
    merged(one, other, actor=None)
    for change in (
        lambda: correct_customer(customer=other.customer, name="新名", credit_code="", actor=None, now=NOW),
        lambda: add_alias(customer=other.customer, name="HX", actor=None, now=NOW),
    ):
        with pytest.raises(Conflict, match="merged into another"):
            change()
    assert Customer.objects.get(pk=other.customer_id).merged_into == one.customer


def test_a_lead_is_found_by_every_name_of_its_customer(cast: Cast) -> None:
    one, other = two(customer="恒通物流", owner=cast.owner, team=cast.key_accounts)
    done = merged(one, other, Choices(), actor=None)

    def found(text: str) -> set[int]:
        return {lead.pk for lead in find(visibility_of(cast.ops), text, 10).leads}

    assert found("恒通") == found("htwl") == found("华信") != set()
    undo_merge(merge=done, actor=None, now=NOW + hours(2))
    assert found("恒通") == {other.pk}
    alias = add_alias(customer=one.customer, name="迅达", actor=None, now=NOW + hours(3))
    assert found("xunda") == {one.pk}
    correct_customer(customer=one.customer, name="华信", credit_code="", actor=None, now=NOW + hours(3))
    assert found("迅达") == found("深圳市华信") == {one.pk}
    remove_alias(alias=alias, actor=None, now=NOW + hours(4))
    assert found("迅达") == set()
    index.fill()
    assert found("深圳市华信") == {one.pk}


texts = st.sampled_from(["", "张三", "张 三", "李四", "王五"])
phones = st.sampled_from(["", "13800138000", "+86 138 0013 8000", "13900139000", "010-62345678"])
emails = st.sampled_from(["", "z@huaxin.example", "Z@huaxin.example", "li@huaxin.example"])
people = st.lists(st.tuples(texts, phones, emails).filter(any), min_size=1, max_size=4)


class AnyTwo(TestCase):
    """Whatever the contacts are, undo(merge) is what was before, and nothing is lost by a merge."""

    @classmethod
    def setUpTestData(cls) -> None:
        install_defaults(now=NOW)

    @settings(max_examples=25, deadline=None)
    @given(people, people)
    def test_undo_after_merge(self, ours, theirs) -> None:
        leads = {
            name: [a_lead(customer=name, contact=n, phone=p, email=e) for n, p, e in rows]
            for name, rows in (("华信科技有限公司", ours), ("恒通物流", theirs))
        }
        one, other = (found[0] for found in leads.values())
        before = everything()
        reachable = {c.phone_key for c in Contact.objects.all()} | {
            c.email_key for c in Contact.objects.all()
        }
        done = merged(one, other, proposal(both(one.customer, other.customer)), actor=None)
        after = {c.phone_key for c in Contact.objects.all()} | {c.email_key for c in Contact.objects.all()}
        assert after >= reachable - {""}
        assert not Lead.objects.filter(customer=other.customer).exists()
        undo_merge(merge=done, actor=None, now=NOW + hours(2))
        assert everything() == before
