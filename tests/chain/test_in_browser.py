"""A real Chromium: the map of a decision chain by pointer, by keys, by form; a warning answered in place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import PASSWORD, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium, signed_in

from leadloop.chain.models import Member
from leadloop.chain.operations import MemberFacts, add
from leadloop.foundation import clock
from leadloop.leads.models import Lead
from leadloop.people.models import Role

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def lead(cast: Cast) -> Lead:
    seller = a_user("li", role=Role.REP, team=cast.north, password=PASSWORD)
    return a_lead(number="LX-1", owner=seller, team=cast.north, contact="李四", now=clock.now())


@pytest.fixture
def page(chromium: Any, live_server: LiveServer, lead: Lead) -> Iterator[Any]:
    """The browser of the owner; it may complain of nothing."""
    with signed_in(chromium, live_server.url, "li") as page:
        yield page


def two_people(lead: Lead) -> tuple[Member, Member]:
    facts = (MemberFacts(name="赵总", role="decision_maker"), MemberFacts(name="王工", role="technical"))
    boss, other = (add(lead=lead, facts=one, actor=None, now=clock.now()) for one in facts)
    return boss, other


def drag(page: Any, who: Member, *, by: tuple[float, float]) -> None:
    circle = page.locator(f"[data-person='{who.pk}'] circle").bounding_box()
    x, y = circle["x"] + circle["width"] / 2, circle["y"] + circle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by[0] / 2, y + by[1] / 2)
    page.mouse.move(x + by[0], y + by[1])
    page.mouse.up()


def test_somebody_dragged_to_a_place_stays_there(page: Any, lead: Lead) -> None:
    _, other = two_people(lead)
    page.goto("/leads/LX-1/chain/")

    with page.expect_response("**/place/"):
        drag(page, other, by=(70, 60))

    other.refresh_from_db()
    assert other.x == pytest.approx(112 + 70, abs=3)
    assert other.y == pytest.approx(60, abs=3)
    page.reload()
    assert float(page.locator(f"[data-person='{other.pk}']").get_attribute("data-x")) == other.x
    page.click("text=Put in order")
    page.wait_for_selector("text=Put in order", state="detached")
    other.refresh_from_db()
    assert other.x is None


def test_somebody_dropped_onto_another_reports_to_them(page: Any, lead: Lead) -> None:
    boss, other = two_people(lead)
    page.goto("/leads/LX-1/chain/")

    drag(page, other, by=(-112, 0))

    page.wait_for_selector(f"path[data-boss='{boss.pk}'][data-below='{other.pk}']", state="attached")
    other.refresh_from_db()
    assert other.reports_to == boss


def test_the_map_is_moved_and_opened_by_keys(page: Any, lead: Lead) -> None:
    _, other = two_people(lead)
    page.goto("/leads/LX-1/chain/")
    person = page.locator(f"[data-person='{other.pk}']")
    person.focus()

    with page.expect_response("**/place/"):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+ArrowRight")
    other.refresh_from_db()
    assert (other.x, other.y) == (112 + 40, 8)

    page.keyboard.press("Enter")
    page.wait_for_selector("#dialog[open] #id_stance")
    page.select_option("#id_stance", "1")
    page.select_option("#id_reports_to", label="赵总")
    page.locator("#dialog button.btn-primary").click()
    page.wait_for_selector(".chain-facts >> text=reports to 赵总")
    other.refresh_from_db()
    assert other.stance == 1


def test_a_gap_is_filled_from_where_it_is_named(page: Any, lead: Lead) -> None:
    page.goto("/leads/LX-1/")
    page.click("[aria-label='Add: Nobody from finance yet']")
    page.wait_for_selector("#dialog[open] #id_role")
    assert page.input_value("#id_role") == "finance"
    page.fill("#id_name", "周会计")
    page.locator("#dialog button.btn-primary").click()

    page.wait_for_selector("#chain [data-person]")
    assert page.locator("text=Nobody from finance yet").count() == 0
    assert Member.objects.get().name == "周会计"


def test_a_known_contact_comes_in_by_one_click(page: Any, lead: Lead) -> None:
    page.goto("/leads/LX-1/")

    page.click(".chain-offers button:has-text('李四')")

    page.wait_for_selector("#chain [data-person]")
    assert Member.objects.get().contact == lead.contact


def test_on_a_phone_the_chain_is_a_list_and_nothing_is_cut_off(page: Any, lead: Lead) -> None:
    two_people(lead)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/leads/LX-1/")

    assert page.locator("#chain .chain-list").is_visible()
    assert not page.locator("#chain .chain-map").is_visible()
    page.goto("/leads/LX-1/chain/")
    assert page.locator("#chain .chain-map").is_visible()
    before = page.locator("#chain svg[viewBox]").first.bounding_box()["width"]
    page.click("[aria-label='Larger']")
    assert page.locator("#chain svg[viewBox]").first.bounding_box()["width"] > before
    assert page.evaluate("document.documentElement.scrollWidth") == 360
