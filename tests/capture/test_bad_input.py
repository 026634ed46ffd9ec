"""Odd and broken input through the lead's page and through a file: kept as text, or refused with words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.customers.test_bad_input import REAL
from tests.imports.files import a_file, a_row, imported

from leadloop.customers.models import Contact, Customer
from leadloop.leads.models import Lead
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
Browsers = Callable[..., Client]

NEW = "/leads/new/"
SCRIPT = "<script>alert(1)</script>"
TEXTS = (
    "customer",
    "contact",
    "title",
    "source_detail",
    "campaign",
    "industry",
    "size",
    "region",
    "first_need",
)
NAMES = ("🏭 华信 😀", "Ｈｕａｘｉｎ（中国）", "华" * 200, 'O\'Brien "& Sons"', "%_\\ ١٢٣", SCRIPT)
ADDRESSES = ("张三@华信.中国", "jürgen@müller.example")


def typed(browser: Client, **values: str) -> Lead:
    answer = browser.post(NEW, values)
    assert answer.status_code == 302, answer.content.decode()
    return Lead.objects.select_related("customer", "contact").latest("pk")


def test_scripts_in_every_field_are_text(cast: Cast, client_for: Browsers) -> None:
    browser = client_for(cast.owner)
    lead = typed(browser, **dict.fromkeys(TEXTS, SCRIPT), tags=SCRIPT)
    assert lead.customer.name == lead.contact.name == lead.first_need == lead.region == SCRIPT
    assert [tag.name for tag in lead.tags.all()] == [SCRIPT]
    for address in (
        f"/leads/{lead.number}/",
        f"/leads/{lead.number}/edit/",
        "/leads/",
        "/",
        "/pipeline/",
        "/customers/",
        f"/customers/{lead.customer_id}/",
        "/search/?q=alert",
    ):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert "<script>alert" not in answer.content.decode(), address
    assert "&lt;script&gt;alert(1)" in browser.get(f"/leads/{lead.number}/").content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_typed(name: str, cast: Cast, client_for: Browsers) -> None:
    browser = client_for(cast.owner)
    lead = typed(browser, customer=name, contact=name[:120])
    assert (lead.customer.name, lead.contact.name) == (name, name[:120])
    assert typed(browser, customer=name, confirmed="on").customer == lead.customer


@pytest.mark.parametrize("text", list(REAL))
def test_a_phone_is_read_and_shown_as_typed(text: str, cast: Cast, client_for: Browsers) -> None:
    contact = typed(client_for(cast.owner), customer="华信", phone=text).contact
    assert (contact.phone, contact.phone_key) == (text, REAL[text])


@pytest.mark.parametrize("email", ADDRESSES)
def test_an_address_in_any_script(email: str, cast: Cast, client_for: Browsers) -> None:
    contact = typed(client_for(cast.owner), customer="华信", email=email).contact
    assert (contact.email, contact.email_key) == (email, email)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("customer", "华" * 201),
        ("contact", "张" * 121),
        ("phone", "无"),
        ("phone", "1" * 41),
        ("email", "张三@"),
        ("credit_code", "91350100M000100Y44"),
        ("channel", "999999"),
        ("channel", "展会"),
        ("grade", "S"),
        ("expected_amount", "很多"),
        ("expected_amount", "-1"),
        ("currency", "yuan"),
        ("captured_at", "2999-01-01T00:00"),
        ("process", "999999"),
        ("first_need", "a" * 5_000_000),
    ],
)
def test_what_cannot_be_right_is_said_at_its_field(
    field: str, text: str, cast: Cast, client_for: Browsers
) -> None:
    answer = client_for(cast.owner).post(NEW, {"customer": "华信", "contact": "张三", field: text})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Lead.objects.exists()
    assert not Customer.objects.exists()


def test_fields_that_the_form_does_not_have_are_nothing(cast: Cast, client_for: Browsers) -> None:
    extra = {"state": "won", "owner": str(cast.stranger.pk), "number": "X-1", "id": "1", "colour": "red"}
    lead = typed(client_for(cast.owner), customer="华信", **extra)
    assert (lead.state, lead.owner) == ("open", cast.owner)
    assert lead.number != "X-1"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps({"customer": "华信"}), "application/json"),
        ("<customer>华信</customer>", "application/xml"),
        ("customer=a", "text/plain"),
        ("broken", "multipart/form-data; boundary=x"),
        ("--x\r\nbroken", "multipart/form-data; boundary=x"),
        ("a" * 5_000_000, "application/json"),
        ("a" * 11_000_000, "application/x-www-form-urlencoded"),
        ("&".join(f"f{n}=1" for n in range(2_000)), "application/x-www-form-urlencoded"),
        ("customer=%ff%fe%00", "application/x-www-form-urlencoded"),
        ("", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_is_no_form_is_refused(body: Any, kind: str, cast: Cast, client_for: Browsers) -> None:
    answer = client_for(cast.owner).generic("POST", NEW, body, content_type=kind)
    assert answer.status_code in {400, 413, 422}
    assert not Lead.objects.exists()


class TestFile:
    def test_odd_cells_arrive_as_they_are(
        self, cast: Cast, tmp_path: Path, client_for: Callable[[User], Client]
    ) -> None:
        names = [name for name in NAMES if '"' not in name]
        rows = [
            a_row(number, 客户名称=name, 联系人=name[:120], 初步需求=SCRIPT, 邮箱=ADDRESSES[number % 2])
            for number, name in enumerate(names)
        ]
        done = imported(a_file(tmp_path, rows), actor=cast.ops)
        assert (done.created, done.rejected) == (len(names), 0)
        assert set(Customer.objects.values_list("name", flat=True)) == set(names)
        assert set(Contact.objects.values_list("email_key", flat=True)) == set(ADDRESSES)
        assert set(Lead.objects.values_list("first_need", flat=True)) == {SCRIPT}
        browser = client_for(cast.ops)
        for address in ("/leads/", f"/imports/{done.pk}/", "/customers/"):
            assert "<script>alert" not in browser.get(address).content.decode(), address

    def test_phones_are_read_alike(self, cast: Cast, tmp_path: Path) -> None:
        phones = [text for text in REAL if "," not in text]
        imported(a_file(tmp_path, [a_row(n, 手机=text) for n, text in enumerate(phones)]), actor=cast.ops)
        assert dict(Contact.objects.values_list("phone", "phone_key")) == {
            text: REAL[text] for text in phones
        }

    def test_somebody_twice_in_one_file_is_one_contact(self, cast: Cast, tmp_path: Path) -> None:
        """The second row completes a contact that the first has just made."""
        same = {"客户名称": "华信", "联系人": "", "手机": "13800138000"}
        rows = [a_row(1, **same, 邮箱=""), a_row(2, **same | {"联系人": "张三"}, 邮箱="z@huaxin.example")]
        assert imported(a_file(tmp_path, rows), actor=cast.ops).created == 2
        contact = Contact.objects.get()
        assert (contact.name, contact.email_key) == ("张三", "z@huaxin.example")
