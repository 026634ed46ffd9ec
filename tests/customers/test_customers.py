from __future__ import annotations

import pytest
from tests.factories import NOW

from leadloop.customers.models import Customer
from leadloop.customers.operations import ContactFacts, add_contact, find_or_create
from leadloop.foundation.errors import DataError

pytestmark = pytest.mark.django_db

CODE = "91350100M000100Y43"
OTHER_CODE = "91110000600037341L"


def found(**values: object) -> Customer:
    return find_or_create(now=NOW, **values)


def test_a_credit_code_finds_the_company_under_another_name() -> None:
    first = found(name="华信科技", credit_code=CODE)
    assert found(name="华信科技（集团）", credit_code=CODE.lower()) == first


def test_a_code_is_added_when_it_becomes_known() -> None:
    first = found(name="华信科技")
    assert found(name="华信科技", credit_code=CODE) == first
    first.refresh_from_db()
    assert first.credit_code == CODE


def test_two_companies_of_one_name_with_different_codes_are_two() -> None:
    assert found(name="华信科技", credit_code=CODE) != found(name="华信科技", credit_code=OTHER_CODE)


def test_a_phone_does_not_overrule_a_name() -> None:
    first = found(name="华信科技", contact=ContactFacts(name="张三", phone="01062345678"))
    add_contact(customer=first, facts=ContactFacts(name="张三", phone="01062345678"), now=NOW)
    assert found(name="恒通", contact=ContactFacts(name="李四", phone="010-6234 5678")) != first
    assert found(name="", contact=ContactFacts(name="张三", phone="010-6234 5678")) == first


def test_an_email_finds_a_person_without_company() -> None:
    customer = found(name="华信科技")
    add_contact(customer=customer, facts=ContactFacts(email="Zhang@Huaxin.cn"), now=NOW)
    assert found(name="", contact=ContactFacts(email=" zhang@huaxin.cn ")) == customer


def test_people_of_one_switchboard_are_several_and_details_are_completed() -> None:
    customer = found(name="华信科技")
    zhang = add_contact(customer=customer, facts=ContactFacts(name="张三", phone="01062345678"), now=NOW)
    assert (
        add_contact(customer=customer, facts=ContactFacts(name="李四", phone="01062345678"), now=NOW) != zhang
    )
    again = add_contact(customer=customer, facts=ContactFacts(name="张三", email="z@h.cn"), now=NOW)
    assert (customer.contacts.count(), again.email) == (3, "z@h.cn")
    by_name = add_contact(customer=customer, facts=ContactFacts(name="张三", title="经理"), now=NOW)
    assert (by_name, by_name.title) == (zhang, "经理")
    assert add_contact(customer=customer, facts=ContactFacts(), now=NOW) is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "customer"),
        ({"name": "x" * 201}, "customer"),
        ({"name": "华信", "credit_code": "123"}, "credit_code"),
        ({"name": "华信", "contact": ContactFacts(email="a@b")}, "email"),
        ({"name": "华信", "contact": ContactFacts(phone="-")}, "phone"),
        ({"name": "华信", "contact": ContactFacts(name="x" * 121)}, "contact"),
    ],
)
def test_what_cannot_be_right_is_refused_by_field(values: dict[str, object], field: str) -> None:
    with pytest.raises(DataError) as refused:
        found(**values)
    assert refused.value.field == field
