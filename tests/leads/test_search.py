"""Somebody types part of a name, its pinyin, its initials, a number, the end of a phone number."""

from __future__ import annotations

import string
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import Cast
from tests.factories import NOW, a_lead

from leadloop.customers.models import Contact, Customer
from leadloop.leads import finding, queries
from leadloop.leads.models import Lead
from leadloop.leads.operations import edit_lead
from leadloop.leads.search import index
from leadloop.leads.search.index import Kind
from leadloop.leads.search.words import fits, of_name, of_question

pytestmark = pytest.mark.django_db

COMPANY = "上海华信智能科技有限公司"


@pytest.mark.parametrize(
    "text",
    ["华信", "智能科技", COMPANY, "華信", "华", "huaxin", "HuaXin", "huax", "hua xin", "hx", "hxzn", "shhx",
     "shanghaihuaxinzhinengkeji", "华信智能 上海", "hx 科技"],
)  # fmt: skip
def test_a_company_is_found_by_any_part_of_its_name(text: str, cast: Cast) -> None:
    lead = a_lead(customer=COMPANY)
    a_lead(customer="北京东方设备有限公司")
    assert queries.search(cast.ops, text) == [lead]


@pytest.mark.parametrize(
    "text", ["信华", "华智", "xinhua", "xh", "hz", "h", "!", "𠀀", "华信东方", "%", "' OR 1=1", '"*']
)
def test_what_is_not_in_the_name_does_not_find_it(text: str, cast: Cast) -> None:
    a_lead(customer=COMPANY, contact="王")
    assert queries.search(cast.ops, text) == []


@pytest.mark.parametrize(
    "text", ["zs", "zhangsan", "zhang san", "张三", "三", "san", "华信 张三", "hx zs", "张三 hua"]
)
def test_a_person_is_found_together_with_the_company(text: str, cast: Cast) -> None:
    lead = a_lead(customer=COMPANY, contact="张三")
    assert lead in queries.search(cast.ops, text)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("曾小明", "zxm"), ("单雄", "shanxiong"), ("重庆长城", "cqcc"), ("解放", "xf"), ("乐山乾元", "lsqy")],
)
def test_characters_of_several_readings_are_found_by_the_one_in_use(name: str, typed: str) -> None:
    assert fits(name, of_question(typed))


def test_latin_names_are_found_with_and_without_spaces(cast: Cast) -> None:
    lead = a_lead(customer="Acme Steel Works Ltd.", contact="O'Brien")
    for text in ("acme", "ACME st", "acmesteel", "works", "ａｃｍｅ", "obrien", "O’Brien"):
        assert queries.search(cast.ops, text) == [lead], text


def test_the_newest_lead_comes_first(cast: Cast) -> None:
    old, new = (a_lead(customer=COMPANY, captured_at=NOW - timedelta(days=days)) for days in (9, 1))
    assert queries.search(cast.ops, "华信") == [new, old]


class TestIndex:
    def test_a_new_name_is_found_and_the_old_one_no_longer(self, cast: Cast) -> None:
        lead = a_lead(customer=COMPANY, contact="张三")
        edit_lead(lead=lead, changes={"contact": "李四"}, actor=cast.ops, now=NOW)
        assert queries.find(cast.ops, "张三").contacts == []
        assert [hit.contact.name for hit in queries.find(cast.ops, "lisi").contacts if hit.contact] == [
            "李四"
        ]

    def test_a_write_that_is_taken_back_is_taken_back_in_the_index(self) -> None:
        class GivenUp(Exception):
            pass

        def write() -> None:
            with transaction.atomic():
                customer = Customer.objects.create(name=COMPANY, created_at=NOW)
                assert index.find(Kind.CUSTOMER, of_question("华信")[0], 9) == [customer.pk]
                raise GivenUp

        with pytest.raises(GivenUp):
            write()
        assert index.find(Kind.CUSTOMER, of_question("华信")[0], 9) == []

    def test_who_is_deleted_is_forgotten(self) -> None:
        customer = Customer.objects.create(name=COMPANY, created_at=NOW)
        customer.delete()
        assert index.find(Kind.CUSTOMER, of_question("华信")[0], 9) == []

    def test_filling_it_again_finds_names_written_past_it(self) -> None:
        customer = Customer.objects.create(name="北京东方", created_at=NOW)
        Contact.objects.create(customer=customer, name="张三")
        Customer.objects.filter(pk=customer.pk).update(name=COMPANY)
        assert index.fill() == 2
        assert index.find(Kind.CUSTOMER, of_question("hx")[0], 9) == [customer.pk]
        assert index.find(Kind.CUSTOMER, of_question("东方")[0], 9) == []


class TestWhoFinds:
    @pytest.fixture
    def lead(self, cast: Cast) -> Lead:
        return a_lead(customer=COMPANY, contact="张三", owner=cast.owner, team=cast.key_accounts)

    def test_only_who_may_see_it(self, lead: Lead, cast: Cast) -> None:
        found = {who for who, user in cast.everybody().items() if queries.search(user, "hx")}
        assert found == {"owner", "manager", "marketing", "ops", "exec"}

    def test_a_masked_contact_gives_nothing_away(self, lead: Lead, cast: Cast) -> None:
        finders = {who for who, user in cast.everybody().items() if queries.find(user, "zs").contacts}
        assert finders == {"owner", "manager", "ops"}
        assert queries.search(cast.exec, "华信 张三") == []

    def test_leads_of_own_customers_are_found(self, lead: Lead, cast: Cast) -> None:
        other = a_lead(customer=COMPANY, owner=cast.stranger, team=cast.south)
        assert set(queries.search(cast.owner, "hx")) == {lead, other}

    def test_a_common_word_finds_old_leads_of_who_sees_few(
        self, lead: Lead, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(finding, "FEW", 2)
        monkeypatch.setattr(finding, "MANY", 3)
        for number in range(5):
            a_lead(customer=f"华信{number}", owner=cast.stranger, team=cast.south)
        assert queries.search(cast.owner, "hx") == [lead]


def test_searching_costs_as_much_for_many_hits_as_for_few(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.find(cast.ops, "hx")
        return len(asked)

    a_lead(customer=COMPANY)
    cost()  # the reader's roles are read once
    one = cost()
    for number in range(8):
        a_lead(customer=f"华信{number}")
    assert cost() == one <= 8


LETTERS = st.text(alphabet="华信科技重长张王单中abcXYZ019 -&（）'\"*:|🎉ß", max_size=24)


@given(LETTERS, st.integers(0, 20), st.integers(1, 8))
def test_every_two_neighbours_of_a_name_find_it(name: str, start: int, length: int) -> None:
    part = name[start : start + length]
    chinese = "".join(sign for sign in part if sign > "\u4e00" and sign < "\u9fa5")
    if chinese and chinese in name and len(chinese) == len(part):
        assert fits(name, of_question(part))


@given(st.text(max_size=40))
def test_words_are_letters_and_digits_whatever_is_typed(text: str) -> None:
    words = [*of_name(text).split(), *(term for part in of_question(text) for term in part)]
    assert all(word.replace("_", "").isalnum() or not word.isascii() for word in words)
    assert not any(sign in word for word in words for sign in string.punctuation + string.whitespace)


@given(st.text(max_size=30))
def test_nothing_that_is_typed_breaks_the_index(text: str) -> None:
    for part in of_question(text):
        assert index.find(Kind.CUSTOMER, part, 1) == []


def test_the_command_makes_the_index_anew(capsys: pytest.CaptureFixture[str]) -> None:
    customer = Customer.objects.create(name="北京东方", created_at=NOW)
    Customer.objects.filter(pk=customer.pk).update(name=COMPANY)
    call_command("search_index")
    assert capsys.readouterr().out.strip() == "1"
    assert index.find(Kind.CUSTOMER, of_question("华信")[0], 9) == [customer.pk]
