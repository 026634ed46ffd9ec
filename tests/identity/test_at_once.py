"""Two people do something about the same customers at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from tests.factories import NOW, a_lead, hours

from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import Conflict
from leadloop.identity.models import Merge
from leadloop.identity.operations import add_alias, correct_customer, merge, undo_merge
from leadloop.identity.plans import Choices, both, fingerprint, plan
from leadloop.leads.models import Lead
from leadloop.leads.operations import edit_lead
from leadloop.process.operations import install_defaults

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_database")]


def at_once(*things: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(len(things))
    found: list[object] = [None] * len(things)

    def do(place: int) -> None:
        barrier.wait()
        try:
            found[place] = things[place]()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(things))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def two() -> tuple[Customer, Customer]:
    install_defaults(now=NOW)
    one = a_lead(customer="深圳市华信科技有限公司", contact="张三", phone="13800138000")
    other = a_lead(customer="华信科技", contact="张三", phone="13800138000")
    return one.customer, other.customer


def merging(survivor: Customer, absorbed: Customer) -> Callable[[], Merge]:
    chosen = plan(both(survivor, absorbed), Choices())
    return lambda: merge(survivor=survivor, absorbed=absorbed, plan=chosen, actor=None, now=NOW + hours(1))


def test_merged_in_both_directions_it_is_merged_once() -> None:
    one, other = two()
    found = at_once(merging(one, other), merging(other, one))
    assert {type(result) for result in found} == {Merge, Conflict}
    assert Customer.objects.filter(merged_into=None).count() == 1
    assert Lead.objects.filter(customer__merged_into=None).count() == 2


def test_no_lead_comes_to_a_customer_that_is_gone() -> None:
    one, other = two()

    def register() -> Lead:
        return a_lead(customer="华信科技", contact="王五", phone="13700137000", now=NOW + hours(1))

    found = at_once(merging(one, other), register, register, register)
    assert not [result for result in found if isinstance(result, Exception)]
    assert Lead.objects.count() == 5
    assert not Lead.objects.filter(customer__merged_into__isnull=False).exists()


def test_who_corrects_a_name_meanwhile_does_not_bring_half_of_it_back() -> None:
    one, other = two()

    def correct() -> Customer:
        return correct_customer(
            customer=other, name="华信新科技", credit_code="", actor=None, now=NOW + hours(1)
        )

    def name() -> object:
        return add_alias(customer=other, name="HX", actor=None, now=NOW + hours(1))

    found = at_once(merging(one, other), correct, name)
    assert isinstance(found[0], Merge)
    assert all(isinstance(result, Conflict) for result in found[1:] if isinstance(result, Exception))
    other.refresh_from_db()
    assert (other.merged_into_id, other.name_key, other.aliases.count()) == (one.pk, "", 0)
    assert not Lead.objects.filter(customer=other).exists()


def test_what_somebody_writes_meanwhile_is_never_written_over() -> None:
    """Either the merge comes first and the edit is kept after it, or the merge says what has changed."""
    one, other = two()
    mine = Lead.objects.select_related("customer", "contact").get(customer=one)
    pair = both(one, other)

    def edit() -> Lead:
        return edit_lead(lead=mine, changes={"title": "总经理"}, actor=None, now=NOW + hours(1))

    def merging_as_seen() -> Merge:
        return merge(
            survivor=one,
            absorbed=other,
            plan=plan(pair, Choices()),
            actor=None,
            now=NOW + hours(1),
            seen=fingerprint(pair),
        )

    _, merged = at_once(edit, merging_as_seen)
    assert isinstance(merged, Merge | Conflict)
    assert Contact.objects.get(pk=mine.contact_id).title == "总经理"


def test_a_merge_is_undone_once() -> None:
    one, other = two()
    done = merging(one, other)()
    found = at_once(*(lambda: undo_merge(merge=done, actor=None, now=NOW + hours(2)) for _ in range(3)))
    assert sum(isinstance(result, Merge) for result in found) == 1
    assert Lead.objects.get(pk=Lead.objects.latest("pk").pk).customer == other
