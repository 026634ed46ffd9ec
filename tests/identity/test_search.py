"""The search through all customers: what it lists, time after time, and after a crash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.customers.matching.finding import find_pairs
from leadloop.customers.models import Customer
from leadloop.foundation.errors import NotAllowed
from leadloop.identity import operations
from leadloop.identity.models import Job, Merge, Pair, Run, Status, Verdict
from leadloop.identity.operations import add_alias, ask, keep_apart, run, undo_merge, waiting
from leadloop.identity.operations.moving import adopt_strays
from leadloop.identity.operations.running import LEASE
from leadloop.identity.policy import thresholds
from leadloop.leads.models import Lead
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process

pytestmark = pytest.mark.django_db


def search(at=NOW) -> Run:
    done = run(run_id=ask(job=Job.SEARCH, actor=None, now=at).pk, clock=lambda: at)
    assert done is not None
    return done


def two(
    one="深圳市华信科技有限公司", other="华信科技", phone="13800138000", **facts: object
) -> tuple[Lead, Lead]:
    return (
        a_lead(customer=one, contact="张三", phone=phone, **facts),
        a_lead(customer=other, contact="张三", phone=phone, **facts),
    )


def listed() -> set[tuple[int, int]]:
    return set(Pair.objects.filter(verdict=Verdict.OPEN).values_list("one", "other"))


def test_a_pair_is_listed_with_its_reasons(process) -> None:
    one, other = two()
    a_lead(customer="恒通物流", contact="李四", phone="13900139000")
    done = search()
    assert (done.status, done.total, done.done) == (Status.DONE, 3, 1)
    pair = Pair.objects.get()
    assert (pair.one, pair.other, pair.certain) == (one.customer, other.customer, True)
    assert ["phone", 3] in pair.levels


@pytest.mark.parametrize(
    ("one", "other", "phone"),
    [
        ("恒瑞医药有限公司", "恒瑞物流有限公司", "13900139000"),
        ("深圳华信科技有限公司", "成都华信科技有限公司", "13900139000"),
        ("华信科技", "恒通物流", "13800138000"),
    ],
    ids=["sister companies", "one name in two provinces", "a shared phone"],
)
def test_what_only_looks_alike_is_not_certain(one: str, other: str, phone: str, process) -> None:
    a_lead(customer=one, contact="张三", phone="13800138000")
    a_lead(customer=other, contact="李四", phone=phone)
    search()
    assert not Pair.objects.filter(certain=True).exists()


def test_two_credit_codes_are_two_companies(process) -> None:
    two(other="华信科技公司")
    codes = ("91350100M000100Y43", "91110000600037341L")
    for customer, code in zip(Customer.objects.order_by("pk"), codes, strict=True):
        Customer.objects.filter(pk=customer.pk).update(credit_code=code)
    search()
    assert not Pair.objects.filter(certain=True).exists()


def test_another_name_is_compared_too(process) -> None:
    one = a_lead(customer="恒通物流有限公司", contact="张三", phone="13800138000")
    other = a_lead(customer="迅达供应链管理", contact="王五", phone="13700137000")
    search()
    assert listed() == set()
    add_alias(customer=one.customer, name="迅达供应链", actor=None, now=NOW)
    search(NOW + hours(1))
    assert listed() == {(one.customer_id, other.customer_id)}


def test_the_list_follows_what_changes(process) -> None:
    one, other = two()
    search()
    Customer.objects.filter(pk=other.customer_id).update(name="恒通物流")
    other.contact.phone_key = ""
    other.contact.name = "李四"
    other.contact.save()
    search(NOW + hours(1))
    assert listed() == set()
    assert one.customer_id


def test_a_decision_stays(process) -> None:
    two()
    search()
    keep_apart(pair=Pair.objects.get(), actor=None, now=NOW)
    for day in (1, 2):
        search(NOW + timedelta(days=day))
    assert Pair.objects.get().verdict == Verdict.DIFFERENT


def test_one_search_at_a_time_and_only_for_who_may(cast: Cast) -> None:
    first = ask(job=Job.SEARCH, actor=cast.owner, now=NOW)
    assert ask(job=Job.SEARCH, actor=cast.ops, now=NOW) == first
    with pytest.raises(NotAllowed):
        ask(job=Job.SEARCH, actor=cast.exec, now=NOW)
    assert run(run_id=first.pk, clock=lambda: NOW) is not None
    assert run(run_id=first.pk, clock=lambda: NOW) is None


def test_a_worker_that_died_is_followed_by_another(process) -> None:
    two()
    left = ask(job=Job.SEARCH, actor=None, now=NOW)
    Run.objects.filter(pk=left.pk).update(status=Status.RUNNING, lease_until=NOW + LEASE)
    assert waiting(NOW) == []
    later = NOW + LEASE + hours(1)
    assert waiting(later) == [left.pk]
    assert run(run_id=left.pk, clock=lambda: later).status == Status.DONE
    assert len(listed()) == 1


def test_a_search_that_fails_says_so(process, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("leadloop.identity.operations.running.find_pairs", broken)
    asked = ask(job=Job.SEARCH, actor=None, now=NOW)
    with pytest.raises(MemoryError):
        run(run_id=asked.pk, clock=lambda: NOW)
    asked.refresh_from_db()
    assert asked.status == Status.FAILED
    assert ask(job=Job.SEARCH, actor=None, now=NOW) != asked


def test_certain_pairs_of_three_become_one_customer(process) -> None:
    two()
    a_lead(customer="华信科技（深圳）有限公司", contact="张三", phone="13800138000")
    search()
    assert Pair.objects.filter(certain=True).count() == 3
    ask(job=Job.MERGE, actor=None, now=NOW)
    merged = run(run_id=Run.objects.get(job=Job.MERGE).pk, clock=lambda: NOW)
    assert Merge.objects.count() >= 1
    search(NOW + hours(1))
    run(run_id=ask(job=Job.MERGE, actor=None, now=NOW).pk, clock=lambda: NOW + hours(2))
    assert Lead.objects.values("customer").distinct().count() == 1
    assert merged.total == 3


def test_a_merge_that_was_taken_back_is_not_done_again_unseen(process) -> None:
    two()
    search()
    run(run_id=ask(job=Job.MERGE, actor=None, now=NOW).pk, clock=lambda: NOW)
    undo_merge(merge=Merge.objects.get(), actor=None, now=NOW + hours(1))
    assert not Pair.objects.get(verdict=Verdict.OPEN).certain
    search(NOW + hours(2))
    assert not Pair.objects.get(verdict=Verdict.OPEN).certain
    run(run_id=ask(job=Job.MERGE, actor=None, now=NOW).pk, clock=lambda: NOW + hours(3))
    assert Merge.objects.filter(undone_at=None).count() == 0


def test_all_certain_pairs_are_merged_for_operations_only(cast: Cast) -> None:
    for person in (cast.owner, cast.manager, cast.exec):
        with pytest.raises(NotAllowed):
            ask(job=Job.MERGE, actor=person, now=NOW)
    assert ask(job=Job.MERGE, actor=cast.ops, now=NOW).asked_by == cast.ops


def test_a_search_that_is_only_slow_keeps_its_work(process, monkeypatch: pytest.MonkeyPatch) -> None:
    two()
    asked = ask(job=Job.SEARCH, actor=None, now=NOW)
    moments = iter(NOW + LEASE * number * 0.9 for number in range(10))
    taken: list[list[int]] = []

    def slow(entries, *, at_least, report):
        for done in range(4):
            report(done, 4)
            taken.append(waiting(NOW + LEASE * (done + 1.5) * 0.9))
        return find_pairs(entries, at_least=at_least)

    monkeypatch.setattr("leadloop.identity.operations.running.find_pairs", slow)
    assert run(run_id=asked.pk, clock=lambda: next(moments)).status == Status.DONE
    assert taken == [[]] * 4


def test_what_is_listed_is_the_policys(process) -> None:
    two()
    for value, expected in ((0.9999999, 0), ("nonsense", 1), (0.5, 1)):
        process = default_process()
        publish_policies(process=process, changes={"duplicates": {"listed_from": value}}, actor=None, now=NOW)
        assert 0.05 <= thresholds().listed <= 1
        search(NOW + hours(1))
        assert len(listed()) <= max(expected, 1)
    assert len(listed()) == 1


def test_a_lead_that_came_to_an_absorbed_customer_is_brought_home(process) -> None:
    one, other = two()
    Customer.objects.filter(pk=other.customer_id).update(merged_into=one.customer)
    assert adopt_strays(now=NOW + hours(1)) == 1
    other.refresh_from_db()
    assert other.customer == one.customer
    assert other.contact.customer == one.customer
    assert adopt_strays(now=NOW + hours(2)) == 0


def test_an_empty_database_is_searched(process) -> None:
    assert search().done == 0
    assert operations.waiting(NOW) == []
