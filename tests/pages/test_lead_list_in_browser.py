"""The lead list in a real Chromium: keys, many at once with undo, a saved view, a cell, conditions."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories import a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium
from tests.pages.test_browser import PHONE, Visit, visit

from leadloop.leads.models import Lead, SavedView
from leadloop.leads.operations import edit_lead
from leadloop.people.models import User

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def leads(visit: Visit) -> list[Lead]:
    owner = User.objects.get(username="li")
    return [
        a_lead(number=f"LX-{number}", customer=f"华信{number}", grade="B", owner=owner) for number in range(4)
    ]


def grades() -> list[str]:
    return list(Lead.objects.order_by("number").values_list("grade", flat=True))


def current(page: Any) -> str:
    found: str = page.locator("tr[aria-current=true] a").first.inner_text()
    return found


def test_keys_walk_choose_and_open(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/?sort=number")
    page.keyboard.press("j")
    assert current(page) == "华信0"
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.inner_text("[data-chosen]") == "2"
    page.keyboard.press("Escape")
    assert page.locator("#chosen").is_hidden()
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/LX-1/")


def test_slash_goes_to_the_lists_own_search(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/")
    page.keyboard.press("/")
    page.keyboard.type("hx2")
    assert page.locator("#palette[open]").count() == 0
    page.fill("[data-list-search]", "LX-2")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=LX-2**")
    assert page.locator(".lead-table tbody tr").count() == 1


def test_several_are_graded_at_once_and_undone(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/?sort=number")
    page.check(".lead-table tbody tr:nth-child(1) .pick input")
    page.check(".lead-table tbody tr:nth-child(3) .pick input")
    page.click("#chosen button[data-hx-get$='/grade/']")
    page.wait_for_selector("#dialog[open] form")
    page.select_option("#id_grade", "A")
    page.click("#dialog .btn-primary")
    page.wait_for_selector(".toast-note button[data-hx-post]")
    assert grades() == ["A", "B", "A", "B"]
    page.click(".toast-note button[data-hx-post]")
    page.wait_for_url("**/lead-actions/*/")
    assert grades() == ["B"] * 4


def test_all_that_fit_are_chosen_with_the_page(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/?q=hx")
    page.check("[data-choose-page]")
    page.click("[data-choose-all]")
    assert page.inner_text("[data-chosen]") == "4"
    page.click("#chosen button[data-hx-get$='/tag/']")
    page.wait_for_selector("#dialog[open] form")
    page.fill("#id_tags", "VIP")
    page.click("#dialog .btn-primary")
    page.wait_for_selector(".toast-note")
    assert Lead.objects.filter(tags__name="VIP").count() == 4


def test_the_list_is_saved_as_a_view_and_opened_again(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/?q=LX-2&columns=number")
    page.click(".dropdown .btn:has-text('Views')")
    page.click("#view-menu a:has-text('Save this list')")
    page.wait_for_selector("#dialog[open] form")
    page.fill("#id_name", "Only two")
    page.check("#id_default")
    page.click("#dialog .btn-primary")
    page.wait_for_url("**view=**")
    visit.open("/")
    visit.open("/leads/")
    assert page.url.endswith(f"view={SavedView.objects.get().pk}")
    assert page.locator(".lead-table tbody tr").count() == 1
    assert page.locator(".dropdown .btn:has-text('Only two')").count() == 1


def test_a_cell_is_edited_by_keyboard(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/?sort=number&columns=number&columns=industry&columns=grade")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_selector(".cell-form input[name=value]")
    page.keyboard.type("机械")
    page.keyboard.press("Enter")
    page.wait_for_selector("tr:first-child td[data-cell=industry]:text-is('机械')")
    assert Lead.objects.get(number="LX-0").industry == "机械"
    page.click("tr:first-child td[data-cell=grade]")
    page.wait_for_selector(".cell-form select")
    page.select_option(".cell-form select", "A")
    page.wait_for_selector("tr:first-child td[data-cell=grade] .tag:text-is('A')")


def test_a_cell_that_somebody_changed_meanwhile_says_so(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/?sort=number&columns=number&columns=grade")
    page.click("tr:first-child td[data-cell=grade]")
    page.wait_for_selector(".cell-form select")
    boss = a_user("boss", name="Boss")
    edit_lead(lead=leads[0], changes={"grade": "C"}, actor=None, now=leads[0].changed_at)
    page.select_option(".cell-form select", "A")
    page.wait_for_selector(".cell-form [role=alert]")
    assert "“C” now" in page.inner_text(".cell-form [role=alert]")
    assert page.input_value(".cell-form select") == "A"
    page.click(".cell-form button")
    page.wait_for_selector("tr:first-child td[data-cell=grade] .tag:text-is('A')")
    assert boss.pk


def test_conditions_are_built_and_stand_in_the_address(visit: Visit, leads: list[Lead]) -> None:
    page = visit.open("/leads/")
    page.keyboard.press("f")
    page.wait_for_selector("#dialog[open] [data-builder] button")
    page.click("[data-builder] button:has-text('Add a condition')")
    page.select_option("[data-condition] select >> nth=0", "number")
    page.select_option("[data-condition] select >> nth=1", "is")
    page.fill("[data-condition] input", "LX-3")
    page.click("#dialog .btn-primary")
    page.wait_for_url("**f=**")
    assert page.locator(".lead-table tbody tr").count() == 1
    assert page.locator(".chip-on:has-text('Number is LX-3')").count() == 1
    page.keyboard.press("f")
    page.wait_for_selector("#dialog[open] [data-condition] input")
    assert page.input_value("[data-condition] input") == "LX-3"


def test_the_palette_finds_a_person_by_initials(visit: Visit) -> None:
    a_lead(number="LX-9", customer="东方设备", contact="张三", owner=User.objects.get(username="li"))
    page = visit.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zs")
    page.wait_for_selector("#palette-results a:has-text('张三')")


@pytest.mark.parametrize("path", ["/leads/", "/lead-views/", "/lead-actions/"])
def test_it_fits_a_phone(visit: Visit, leads: list[Lead], path: str) -> None:
    visit.page.set_viewport_size(PHONE)
    page = visit.open(path)
    if path == "/leads/":
        page.check("[data-choose-page]")
    assert visit.width() == PHONE["width"]
