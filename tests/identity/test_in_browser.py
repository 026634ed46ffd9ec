"""From the list of duplicates to one customer and back, in a real browser."""

from __future__ import annotations

import pytest
from tests.factories import NOW, a_lead
from tests.pages.chromium import chromium, needs_chromium
from tests.pages.test_browser import AUDIT, PHONE, Visit, visit

from leadloop.customers.models import Customer
from leadloop.identity.models import Job, Merge
from leadloop.identity.operations import ask, run
from leadloop.leads.models import Lead
from leadloop.people.models import User

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def pair(visit: Visit) -> tuple[Lead, Lead]:
    mine = {"owner": User.objects.get(username="li"), "contact": "张三", "phone": "13800138000"}
    one = a_lead(number="LX-1", customer="深圳市华信智能制造系统集成股份有限公司", **mine)
    other = a_lead(number="LX-2", customer="华信智能制造系统集成", title="采购经理", **mine)
    a_lead(number="LX-3", customer="恒通物流", owner=mine["owner"], contact="李四", phone="13900139000")
    assert run(run_id=ask(job=Job.SEARCH, actor=None, now=NOW).pk, clock=lambda: NOW) is not None
    return one, other


def test_merge_and_undo(visit: Visit, pair: tuple[Lead, Lead]) -> None:
    one, other = pair
    page = visit.open("/customers/duplicates/")
    page.click(".pair a.btn-primary")
    page.wait_for_selector("h1:has-text('Merge two customers')")
    page.check("input[name='f.name'][value='theirs']")
    page.wait_for_selector("#result dd.strong:text-is('华信智能制造系统集成')")
    page.uncheck("input[type=checkbox][name^='same.']")
    second_person = page.locator("#result dd > div:has-text('张三')").nth(1)
    second_person.wait_for()
    page.check("input[type=checkbox][name^='same.']")
    second_person.wait_for(state="detached")
    page.click(".merge-acts button.btn-primary")
    page.wait_for_url(f"**/customers/{one.customer_id}/")
    assert page.inner_text("h1") == "华信智能制造系统集成"
    assert page.locator("text=LX-2").count() == 1
    page.click(".merge-line button")
    page.wait_for_selector("text=The merge is undone")
    assert page.inner_text("h1") == "深圳市华信智能制造系统集成股份有限公司"
    assert Merge.objects.get().undone_at is not None
    assert Lead.objects.get(pk=other.pk).customer_id == other.customer_id
    assert Customer.objects.filter(merged_into=None).count() == 3


def test_two_customers_leaves_the_list_in_place(visit: Visit, pair: tuple[Lead, Lead]) -> None:
    page = visit.open("/customers/duplicates/")
    assert page.locator(".pair").count() == 1
    page.click(".pair button:has-text('Two customers')")
    page.locator(".pair").wait_for(state="detached")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_a_phone_and_can_be_read(visit: Visit, pair: tuple[Lead, Lead], theme: str) -> None:
    one, other = pair
    visit.page.emulate_media(color_scheme=theme)
    for path in (
        "/customers/",
        "/customers/duplicates/",
        "/customers/duplicates/?show=certain",
        f"/customers/{one.customer_id}/",
        f"/customers/{one.customer_id}/merge/{other.customer_id}/",
    ):
        page = visit.open(path)
        assert page.evaluate(AUDIT) == [], path
        page.set_viewport_size(PHONE)
        assert visit.width() <= PHONE["width"], path
        page.set_viewport_size({"width": 1280, "height": 900})
