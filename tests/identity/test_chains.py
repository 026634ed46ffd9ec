"""Any merges among a few customers, taken back in any order: refused, or exactly as it was."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.factories import NOW, a_lead, hours

from leadloop.customers.models import Alias, Contact, Customer
from leadloop.foundation.errors import Conflict
from leadloop.identity.models import Merge
from leadloop.identity.operations import add_alias, merge, undo_merge
from leadloop.identity.plans import Both, Choices, both, plan, proposal
from leadloop.leads.models import Lead
from leadloop.leads.search import index
from leadloop.leads.search.words import of_question
from leadloop.process.operations import install_defaults

NAMES = ("深圳市华信科技有限公司", "华信科技", "恒通物流", "🏭 ＡＢＣ（中国）")
SHORT = ("华信", "", "迅达", "abc")
CODES = ("91350100M000100Y43", "", "91110000600037341L", "")

persons = st.tuples(
    st.sampled_from(["", "张三", "张 三", "李四"]),
    st.sampled_from(
        ["", "13800138000", "+86 138 0013 8000", "１３９００１３９０００", "无 / 13800138000", "12345"]
    ),
    st.sampled_from(["", "z@huaxin.example", "Z@huaxin.example", "张三@华信.中国"]),
    st.sampled_from(["", "采购经理"]),
    st.sampled_from([(), ("重点",), ("重点", "展会")]),
).filter(lambda person: any(person[:3]))
customers = st.lists(st.lists(persons, min_size=1, max_size=3), min_size=3, max_size=4)
merges = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans(), st.booleans()), min_size=1, max_size=6
)


def everything() -> dict[str, Any]:
    """Every row that a merge may touch, without the marks of time that each change leaves."""
    rows = {
        model.__name__: list(model.objects.order_by("pk").values(*columns))
        for model, columns in (
            (Customer, [f.attname for f in Customer._meta.concrete_fields]),
            (Contact, [f.attname for f in Contact._meta.concrete_fields]),
            (Alias, [f.attname for f in Alias._meta.concrete_fields]),
            (Lead, [f.attname for f in Lead._meta.concrete_fields if f.attname != "changed_at"]),
        )
    }
    return rows | {"tags": sorted(Lead.tags.through.objects.values_list("lead", "tag")), "found": found()}


def found() -> dict[str, list[int]]:
    """Whom the search by words finds under each name, with leads."""
    return {name: by_words(name) for name in ("华信科技", "华信", "恒通物流", "迅达", "htwl", "abc", "张三")}


def by_words(name: str) -> list[int]:
    terms = [term for part in of_question(name) for term in part]
    hits = index.find(index.Kind.CUSTOMER, terms, 100) + index.find(index.Kind.CONTACT, terms, 100)
    return sorted(hits)


def choices(pair: Both, theirs: bool, apart: bool) -> Choices:
    usual = proposal(pair)
    fields = {"name", "credit_code"} | {
        f"{same.theirs.pk}.{field}" for same in pair.same for field in ("name", "title", "phone", "email")
    }
    return Choices(frozenset(fields) if theirs else usual.theirs, frozenset() if apart else usual.apart)


class AnyChain(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        install_defaults(now=NOW)

    @settings(max_examples=12, deadline=None)
    @given(customers, merges, st.data())
    def test_all_taken_back_is_what_was_before(self, people, wanted, data) -> None:
        made = self._company(people)
        before = everything()
        done = self._merge(made, wanted)
        names = {lead.customer.name for lead in Lead.objects.select_related("customer")}
        assert names <= set(NAMES)
        assert not Lead.objects.filter(customer__merged_into__isnull=False).exists()
        while done:
            one = data.draw(st.sampled_from(done))
            inner = one.survivor_id in {other.absorbed_id for other in done}
            later = any(other.survivor_id == one.survivor_id and other.pk > one.pk for other in done)
            try:
                undo_merge(merge=one, actor=None, now=NOW + hours(3))
            except Conflict:
                assert inner or later
            else:
                assert not inner
                assert not later
                done.remove(one)
        assert everything() == before

    def _company(self, people) -> list[int]:
        found = []
        for name, short, code, rows in zip(NAMES, SHORT, CODES, people, strict=False):
            leads = [
                a_lead(customer=name, credit_code=code, contact=n, phone=p, email=e, title=t, tags=tags)
                for n, p, e, t, tags in rows
            ]
            if short:
                add_alias(customer=leads[0].customer, name=short, actor=None, now=NOW)
            found.append(leads[0].customer_id)
        return found

    def _merge(self, made: list[int], wanted) -> list[Merge]:
        done = []
        for one, other, theirs, apart in wanted:
            pair = Customer.objects.filter(pk__in={made[one % len(made)], made[other % len(made)]})
            ids = [made[one % len(made)], made[other % len(made)]]
            if len(pair) < 2 or any(customer.merged_into_id for customer in pair):
                continue
            survivor, absorbed = (next(c for c in pair if c.pk == pk) for pk in ids)
            both_now = both(survivor, absorbed)
            chosen = plan(both_now, choices(both_now, theirs, apart))
            done.append(
                merge(survivor=survivor, absorbed=absorbed, plan=chosen, actor=None, now=NOW + hours(1))
            )
            for name in (survivor.name, absorbed.name):
                assert survivor.pk in by_words(name)
        return done
