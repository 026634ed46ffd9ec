"""Customers, duplicates and merging in the browser's view: pages, rights, what is masked."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, ContextList
from django.urls import reverse
from tests.cast import Cast
from tests.factories import NOW, a_lead
from tests.pages.conftest import SignedIn
from tests.pages.test_contexts import FRAME

from leadloop.customers.models import Customer
from leadloop.identity.models import Job, Merge, Pair, Run, Status, Verdict
from leadloop.identity.operations import ask, run
from leadloop.identity.web.detail import CustomerPage
from leadloop.identity.web.duplicates import WorkPage
from leadloop.identity.web.list_page import ListPage
from leadloop.identity.web.merging import ComparePage
from leadloop.leads.models import Lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(cast: Cast) -> Pair:
    """A certain pair of the owner's: one name, one phone."""
    mine = {"owner": cast.owner, "team": cast.key_accounts, "contact": "张三", "phone": "13800138000"}
    a_lead(number="LX-1", customer="深圳市华信科技有限公司", **mine)
    a_lead(number="LX-2", customer="华信科技", email="z@huaxin.example", **mine)
    search()
    return Pair.objects.get()


def search() -> Run:
    done = run(run_id=ask(job=Job.SEARCH, actor=None, now=NOW).pk, clock=lambda: NOW)
    assert done is not None
    return done


def merge_address(pair: Pair) -> str:
    return reverse("customers:merge", args=[pair.one_id, pair.other_id])


def seen(client: Client, pair: Pair) -> str:
    found = re.search(r'name="seen" value="(\w+)"', client.get(merge_address(pair)).content.decode())
    assert found
    return found[1]


def test_the_context_is_the_declared_one(cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    pages = {
        "/customers/": ListPage,
        f"/customers/{pair.one_id}/": CustomerPage,
        "/customers/duplicates/": WorkPage,
        merge_address(pair): ComparePage,
    }
    for address, page in pages.items():
        answer = signed_in(cast.ops).get(address)
        context = answer.context[0] if isinstance(answer.context, ContextList) else answer.context
        assert set(context.flatten()) - FRAME == {field.name for field in fields(page)}, address


@pytest.mark.parametrize("who", ["owner", "manager", "ops"])
def test_from_the_work_list_to_one_customer_and_back(
    who: str, cast: Cast, signed_in: SignedIn, pair: Pair
) -> None:
    client = signed_in(cast.everybody()[who])
    listed = client.get("/customers/duplicates/").content.decode()
    assert "深圳市华信科技有限公司" in listed
    assert "The same phone" in listed
    address = merge_address(pair)
    answer = client.post(
        address, {"seen": seen(client, pair), f"same.{Lead.objects.get(number='LX-2').contact_id}": "1"}
    )
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert "LX-1" in page
    assert "LX-2" in page
    assert "华信科技" in page
    merge = Merge.objects.get()
    client.post(reverse("customers:undo", args=[merge.pk]))
    assert Lead.objects.get(number="LX-2").customer_id == pair.other_id
    assert "LX-2" not in client.get(f"/customers/{pair.one_id}/").content.decode()


def test_a_link_from_before_the_merge_leads_to_the_survivor(
    cast: Cast, signed_in: SignedIn, pair: Pair
) -> None:
    client = signed_in(cast.owner)
    client.post(merge_address(pair), {"seen": seen(client, pair)})
    answer = client.get(f"/customers/{pair.other_id}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/customers/{pair.one_id}/")
    assert signed_in(cast.stranger).get(f"/customers/{pair.other_id}/").status_code == 404


def test_the_preview_follows_the_choices(cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    client = signed_in(cast.ops)
    asked = {"headers": {"HX-Request": "true", "HX-Target": "div#result"}}
    shown = client.get(merge_address(pair), {"chosen": "1", "f.name": "theirs"}, **asked).content.decode()
    assert re.search(r'<dd class="strong">华信科技</dd>', shown)
    assert shown.count("13800138000") == 2
    contact = Lead.objects.get(number="LX-2").contact_id
    shown = client.get(merge_address(pair), {"chosen": "1", f"same.{contact}": "1"}, **asked).content.decode()
    assert shown.count("13800138000") == 1
    assert not Merge.objects.exists()


def test_somebody_changed_one_of_them_meanwhile(cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    client = signed_in(cast.ops)
    before = seen(client, pair)
    Customer.objects.filter(pk=pair.other_id).update(name="华信新名")
    answer = client.post(merge_address(pair), {"seen": before})
    assert answer.status_code == 409
    assert not Merge.objects.exists()


def test_two_customers_is_remembered_by_the_next_search(cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    client = signed_in(cast.owner)
    client.post(reverse("customers:apart", args=[pair.pk]))
    search()
    assert Pair.objects.get().verdict == Verdict.DIFFERENT
    assert "No pair to decide" in client.get("/customers/duplicates/").content.decode()
    client.post(reverse("customers:again", args=[pair.pk]))
    assert Pair.objects.get().verdict == Verdict.OPEN


def test_all_certain_pairs_at_once(cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    assert pair.certain
    client = signed_in(cast.ops)
    client.post("/customers/duplicates/certain/", {"all": "1"})
    waiting = Run.objects.get(job=Job.MERGE)
    run(run_id=waiting.pk, clock=lambda: NOW)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.done, waiting.left_out) == (Status.DONE, 1, 0)
    assert Merge.objects.get().merged_by == cast.ops


def test_chosen_pairs_only(cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    client = signed_in(cast.owner)
    client.post("/customers/duplicates/certain/", {})
    assert not Merge.objects.exists()
    signed_in(cast.stranger).post("/customers/duplicates/certain/", {"pair": str(pair.pk)})
    assert not Merge.objects.exists()
    client.post("/customers/duplicates/certain/", {"pair": [str(pair.pk), "nonsense"]})
    assert Merge.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "listed", "page", "compare"),
    [
        ("owner", True, 200, 200),
        ("teammate", False, 404, 404),
        ("manager", True, 200, 200),
        ("stranger", False, 404, 404),
        ("other_manager", False, 404, 404),
        ("marketing", True, 200, 403),
        ("ops", True, 200, 200),
        ("exec", True, 200, 403),
        ("admin", False, 404, 404),
    ],
)
def test_who_sees_what(
    who: str, listed: bool, page: int, compare: int, cast: Cast, signed_in: SignedIn, pair: Pair
) -> None:
    client = signed_in(cast.everybody()[who])
    assert ("华信科技" in client.get("/customers/").content.decode()) == listed
    assert client.get(f"/customers/{pair.one_id}/").status_code == page
    assert client.get(merge_address(pair)).status_code == compare


@pytest.mark.parametrize("who", ["exec", "marketing"])
def test_contacts_are_masked(who: str, cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    client = signed_in(cast.everybody()[who])
    for address in ("/customers/", f"/customers/{pair.one_id}/"):
        shown = client.get(address).content.decode()
        assert "13800138000" not in shown
        assert "***" in shown
    assert "No customer fits" in client.get("/customers/?q=13800138000").content.decode()


@pytest.mark.parametrize("text", ["华信", "huaxin", "華信科技", "13800138000", "Z@huaxin.example", "　华信 "])
def test_found_by(text: str, cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    assert "华信科技" in signed_in(cast.owner).get("/customers/", {"q": text}).content.decode()


@pytest.mark.parametrize("address", ["/customers/", "/customers/duplicates/"])
def test_three_rows_cost_what_one_does(address: str, cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    client = signed_in(cast.ops)

    def queries() -> int:
        # What rarely changes is kept in memory, and has just been changed by the test.
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    one = queries()
    for number in range(3):
        for name in (f"恒通{number}物流有限公司", f"恒通{number}物流"):
            a_lead(customer=name, contact="李四", phone=f"1390013900{number}", owner=cast.owner)
    search()
    assert Pair.objects.count() == 4
    assert queries() == one


def test_names_and_code_are_corrected(cast: Cast, signed_in: SignedIn, pair: Pair) -> None:
    client = signed_in(cast.owner)
    address = f"/customers/{pair.one_id}/"
    client.post(address + "edit/", {"customer": "华信科技集团", "credit_code": "91350100M000100Y43"})
    client.post(address + "names/", {"name": "HX"})
    shown = client.get(address).content.decode()
    assert all(
        text in shown for text in ("华信科技集团", "91350100M000100Y43", "HX", "深圳市华信科技有限公司")
    )
    refused = client.post(address + "edit/", {"customer": "华信", "credit_code": "91350100M000100Y44"})
    assert refused.status_code == 422
    assert "91350100M000100Y44" in refused.content.decode()
    taken = client.post(address + "names/", {"name": "华信科技"})
    assert "Merge the two instead" in taken.content.decode()
    alias = Customer.objects.get(pk=pair.one_id).aliases.get(name="HX")
    client.post(f"{address}names/{alias.pk}/remove/")
    assert "HX" not in client.get(address).content.decode()
    assert signed_in(cast.stranger).post(address + "names/", {"name": "mine"}).status_code == 404
