"""Two people do something about the same customers at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from tests.factories import NOW, a_lead, hours

from leadloop.customers.models import Customer
from leadloop.foundation.errors import Conflict
from leadloop.identity.models import Merge
from leadloop.identity.operations import merge, undo_merge
from leadloop.identity.plans import Choices, both, plan
from leadloop.leads.models import Lead
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


def test_a_merge_is_undone_once() -> None:
    one, other = two()
    done = merging(one, other)()
    found = at_once(*(lambda: undo_merge(merge=done, actor=None, now=NOW + hours(2)) for _ in range(3)))
    assert sum(isinstance(result, Merge) for result in found) == 1
    assert Lead.objects.get(pk=Lead.objects.latest("pk").pk).customer == other
