"""Which facts break which rule, and which do not."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadloop.screening.models import Severity
from leadloop.screening.reach import better_address, email_fault, phone_fault
from leadloop.screening.rules import FIELDS, RULES, Facts, screen
from leadloop.screening.words import is_placeholder, is_test

RIGHT = Facts(
    customer="华信科技有限公司",
    contact="王伟",
    title="采购经理",
    phone="13900001111",
    email="wang@huaxin.com.cn",
    channel="1",
    source_detail="2024 工业展 第二天",
    campaign="春季推广",
    industry="制造业",
    size="200-500 人",
    region="华东",
    first_need="采购一套仓储系统",
)


def hits(**changes: str) -> set[tuple[str, str]]:
    facts = {name: getattr(RIGHT, name) for name in FIELDS} | changes
    return {(hit.rule.key, hit.field) for hit in screen(Facts(**facts))}


def test_a_lead_in_order_breaks_no_rule() -> None:
    assert hits() == set()


@pytest.mark.parametrize(
    "phone",
    [
        "13900001111", "139 0000 1111", "139-0000-1111", "+8613900001111", "+86 139 0000 1111",
        "008613900001111", "86-13900001111", "１３９００００１１１１", "(021) 8888 6666", "021-88886666",
        "0755-82886666转8012",
        "010-6552 9988 分机 12", "0571-87654399 ext. 3", "4008105566", "95588", "18888888888",
        "+1 212 736 5000", "+44 20 7031 3000", "+852 2345 6789", "13900001111/021-88886666",
        "138-0001-0002、无",
    ],
)  # fmt: skip
def test_a_number_that_can_be_called(phone: str) -> None:
    assert phone_fault(phone) == ""
    assert hits(phone=phone) == set()


@pytest.mark.parametrize(
    "phone",
    ["13800138000", "138 0013 8000", "11111111111", "00000000000", "12345678", "123456", "13800000000",
     "13812345678", "12345678901", "+1 415 555 0132", "+44 20 7946 0018", "87654321", "测试"],
)  # fmt: skip
def test_a_number_typed_in_for_a_test(phone: str) -> None:
    assert hits(phone=phone) == {("test_number", "phone")}


@pytest.mark.parametrize(
    "phone",
    ["1380000", "1390000111", "139000011112", "12012345670", "没有电话", "见名片", "0", "+86", "99", "x"],
)
def test_a_number_that_nobody_can_call(phone: str) -> None:
    assert hits(phone=phone) == {("wrong_detail", "phone")}
    assert hits(phone=phone, email="") == {("unreachable", "phone")}


def test_a_number_without_area_code_is_told_apart() -> None:
    assert hits(phone="88886666") == {("area_code", "phone")}


@pytest.mark.parametrize(
    "email",
    ["wang@huaxin.com", "wang.li+crm@mail.huaxin.com.cn", "李@例子.公司", "o'neil@mail.ie", "123456@qq.com",
     "WANG@HUAXIN.COM", "info@测试仪器.com", "w_l@sub-domain.io"],
)  # fmt: skip
def test_an_address_that_mail_can_go_to(email: str) -> None:
    assert email_fault(email) == ""


@pytest.mark.parametrize(
    "email",
    ["x@y", "a b@c.com", "wang..li@qq.com", "@qq.com", "wang@", "wang@-x.com", "wang@qq.com.", "a@b@c.com"],
)
def test_an_address_that_no_mail_can_go_to(email: str) -> None:
    assert hits(email=email) == {("wrong_detail", "email")}
    assert hits(email=email, phone="") == {("unreachable", "email")}


@pytest.mark.parametrize(
    "email",
    ["test@qq.com", "someone@example.com", "a@a.com", "123@123.com", "x@host.test", "测试@qq.com", "test"],
)
def test_an_address_of_examples(email: str) -> None:
    assert hits(email=email) == {("test_address", "email")}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("wang@qq.con", "wang@qq.com"), ("wang@gmial.com", "wang@gmail.com"), ("Wang@163.CON", "Wang@163.com")],
)
def test_a_slip_in_an_address_comes_with_what_was_meant(typed: str, meant: str) -> None:
    assert hits(email=typed) == {("mistyped_email", "email")}
    assert better_address(typed) == meant
    assert email_fault(meant) == ""


@pytest.mark.parametrize("name", ["测试", "test", "TEST 123", "测试公司", "ｔｅｓｔ", "测试-请忽略", "ceshi"])
def test_a_company_entered_for_a_test(name: str) -> None:
    assert is_test(name)
    assert ("test_entry", "customer") in hits(customer=name)


@pytest.mark.parametrize(
    "name",
    ["测试仪器有限公司", "无锡华光集团", "Test Rite International", "无印良品", "中国检验测试中心",
     "Contest Ltd",
     "暂安科技", "ASD 安防股份", "Asda", "鑫鑫鑫商贸", "Sad Panda 广告", "ABB"],
)  # fmt: skip
def test_a_real_name_is_left_alone(name: str) -> None:
    assert hits(customer=name) == set()


@pytest.mark.parametrize(
    "text",
    [
        "无",
        "暂无",
        "asdf",
        "asdasd",
        "qwer1",
        "123456",
        "N/A",
        "n.a.",
        "null",
        "-",
        "——",
        "xxx",
        "某某",
        "aaaa",
        "测试",
    ],
)
def test_a_placeholder_says_nothing(text: str) -> None:
    assert is_placeholder(text)
    assert hits(industry=text) == {("placeholder", "industry")}
    assert ("placeholder_name", "contact") in hits(contact=text) or ("number_as_name", "contact") in hits(
        contact=text
    )


def test_a_number_in_place_of_a_name() -> None:
    assert hits(contact="13900001111") == {("number_as_name", "contact")}
    assert hits(customer="wang@huaxin.com") == {("number_as_name", "customer")}


def test_missing_key_facts_each_have_their_rule() -> None:
    assert hits(phone="", email="") == {("no_contact", "phone")}
    assert hits(channel="") == {("no_channel", "channel")}
    assert hits(industry="") == {("no_industry", "industry")}
    assert hits(first_need="") == {("no_need", "first_need")}
    assert hits(customer="", contact="") == {("no_name", "customer")}
    assert hits(title="", size="", region="", campaign="", source_detail="") == set()


def test_whether_anybody_can_be_reached_decides_how_grave_it_is() -> None:
    assert RULES["unreachable"].severity == Severity.HIGH > RULES["wrong_detail"].severity
    assert hits(phone="0", email="x@y") == {("unreachable", "phone"), ("unreachable", "email")}


def test_only_rules_that_leave_no_doubt_are_certain_and_they_know_the_cause() -> None:
    assert {key for key, rule in RULES.items() if rule.certain} == {
        "test_entry",
        "test_number",
        "test_address",
    }
    assert all(rule.cause for rule in RULES.values() if rule.certain)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({name: st.text(max_size=60) for name in FIELDS}))
def test_anything_may_be_typed_anywhere(facts: dict[str, str]) -> None:
    found = [(hit.rule.key, hit.field) for hit in screen(Facts(**facts))]
    assert len(found) == len(set(found))
    assert {field for _, field in found} <= FIELDS.keys()
    severities = [RULES[key].severity for key, _ in found]
    assert severities == sorted(severities, reverse=True)
