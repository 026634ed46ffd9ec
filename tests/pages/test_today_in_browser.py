"""Today in a real Chromium: logging by keyboard alone, the ladder with a moved clock, a phone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.clocks.things import at
from tests.factories import PASSWORD, a_channel, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium
from tests.pages.test_browser import AUDIT, PHONE, Visit

from leadloop.actions.models import NextAction
from leadloop.clocks.models import Nudge
from leadloop.clocks.operations import sweep
from leadloop.followup.models import FollowUp
from leadloop.leads.models import Lead
from leadloop.leads.operations import log_follow_up
from leadloop.people.models import Role, User
from leadloop.workspace.web import home

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]

LONG_NAME = "中国（上海）自由贸易试验区临港新片区华信智能制造系统集成（集团）股份有限公司"
SECONDS = 20.0


@pytest.fixture
def visits(chromium: Any, live_server: LiveServer, cast: Cast) -> Iterator[dict[str, Visit]]:
    """``li`` sells in Key accounts, ``wu`` manages North."""
    a_user("li", role=Role.REP, team=cast.key_accounts, password=PASSWORD)
    a_user("wu", role=Role.MANAGER, team=cast.north, password=PASSWORD)
    made = {}
    for name in ("li", "wu"):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        made[name] = Visit(context.new_page(), live_server.url)
        made[name].sign_in(name)
    yield made
    for visit in made.values():
        visit.page.context.close()
        # An act that is refused because somebody was faster is answered with 409.
        assert [words for words in visit.complaints if "status of 409" not in words] == []


@pytest.fixture
def li(visits: dict[str, Visit]) -> User:
    return User.objects.get(username="li")


def late_lead(owner: User, number: str, *, days: int = 9, **facts: Any) -> Lead:
    moment = timezone.now() - timedelta(days=days)
    return a_lead(number=number, owner=owner, team=owner.memberships.get().team, now=moment, **facts)


def test_a_follow_up_is_logged_by_keys_alone_within_twenty_seconds(
    visits: dict[str, Visit], li: User
) -> None:
    late_lead(li, "LX-1", grade="A", days=20, customer="First Ltd")
    late_lead(li, "LX-2", grade="A", days=3, customer="Second Ltd")
    page = visits["li"].open("/")
    page.wait_for_selector("[data-row='LX-1']")
    started = time.monotonic()
    keys = page.keyboard
    keys.press("j")
    keys.press("j")
    assert page.get_attribute("#today [aria-current]", "data-row") == "LX-2"
    keys.press("k")
    keys.press("l")
    page.wait_for_selector("[data-row='LX-1'] [data-followup]")
    keys.press("1")
    keys.press("q")
    keys.type("预算已批，下周演示")
    keys.press("Control+Enter")
    page.wait_for_selector("[data-row='LX-1']", state="detached")
    taken = time.monotonic() - started
    record = FollowUp.objects.get(lead__number="LX-1")
    assert (record.way, record.mood, record.feedback) == ("phone", "positive", "预算已批，下周演示")
    # The cadence's date was proposed, and taken with it.
    assert NextAction.objects.get(lead__number="LX-1").owner == li
    assert taken < SECONDS
    # The next one has moved up, and keys go on from there.
    assert page.get_attribute("#today [aria-current]", "data-row") == "LX-2"
    page.wait_for_selector(".toast-note")


def test_escape_closes_and_nothing_typed_is_lost(visits: dict[str, Visit], li: User) -> None:
    late_lead(li, "LX-1")
    page = visits["li"].open("/")
    page.keyboard.press("j")
    page.keyboard.press("l")
    page.wait_for_selector("[data-followup] textarea")
    page.keyboard.press("2")
    page.keyboard.press("w")
    page.keyboard.type("half a sentence")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-followup]", state="detached")
    page.keyboard.press("l")
    page.wait_for_selector("[data-followup] textarea")
    assert page.input_value("[data-followup] textarea") == "half a sentence"
    assert not FollowUp.objects.exists()


def test_accept_put_off_open_and_help_by_keys(visits: dict[str, Visit], li: User) -> None:
    lead = late_lead(li, "LX-1", days=0, actor=a_user(role=Role.MARKETING))
    page = visits["li"].open("/")
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.wait_for_selector("#dialog[open] textarea")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_selector("[data-accept]", state="detached")
    log_follow_up(lead=lead, actor=li, now=timezone.now())
    NextAction.objects.create(
        lead=lead, owner=li, due_at=timezone.now() - timedelta(days=1), due_on=timezone.localdate(),
        created_at=timezone.now(), changed_at=timezone.now(), has_time=True,
    )  # fmt: skip
    page = visits["li"].open("/")
    page.keyboard.press("j")
    page.keyboard.press("p")
    page.wait_for_selector("#dialog[open] form")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/LX-1/")
    page.wait_for_selector("#lead-next strong")


def test_the_form_opens_in_place_in_list_and_lead_page(visits: dict[str, Visit], li: User) -> None:
    late_lead(li, "LX-1", grade="A")
    page = visits["li"].open("/leads/")
    page.keyboard.press("j")
    page.keyboard.press("l")
    page.wait_for_selector(".log-row [data-followup]")
    page.keyboard.press("Escape")
    page.wait_for_selector(".log-row", state="detached")
    page = visits["li"].open("/leads/LX-1/")
    page.keyboard.press("l")
    page.wait_for_selector("#log-panel [data-followup]")
    page.keyboard.press("3")
    page.keyboard.press("e")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#log-panel [data-followup-saved]")
    page.wait_for_selector("#timeline .moment-info")
    page.wait_for_selector("#lead-next strong")
    page = visits["li"].open("/pipeline/")
    page.hover("[data-lead='LX-1']")
    page.click("[data-lead='LX-1'] .card-log")
    page.wait_for_selector("#dialog[open] [data-followup]")


def test_the_ladder_as_people_see_it(
    visits: dict[str, Visit], li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is moved; what the sweep would have done by then is done."""
    clock = {"now": at("2026-06-15 10:00")}
    monkeypatch.setattr(home, "now", lambda: clock["now"])
    a_lead(number="LX-1", owner=li, team=li.memberships.get().team, now=clock["now"])

    def move(moment: datetime) -> None:
        clock["now"] = moment
        sweep(now=moment)

    rep, manager = visits["li"], visits["wu"]
    rep.open("/").wait_for_selector("[data-row='LX-1'] [data-accept]")
    move(at("2026-06-15 12:00"))
    page = rep.open("/")
    assert page.locator("[data-row='LX-1'] .due-time").inner_text().startswith("5:30 left")
    assert page.locator(".bell-count").inner_text() == "1"
    assert manager.open("/").locator("[data-nudge]").count() == 0
    move(at("2026-06-16 10:00"))
    move(at("2026-06-16 11:00"))
    assert "overdue 1:00" in rep.open("/").locator("[data-row='LX-1']").inner_text()
    page = manager.open("/")
    assert page.locator(".bell-count").inner_text() == "1"
    assert "Li" in page.locator("tr[data-row] th").first.inner_text()
    assert page.locator("[data-row='LX-1'] [data-give]").count() == 0
    move(at("2026-06-17 10:00"))
    page = manager.open("/")
    assert page.locator("[data-row='LX-1'] [data-give]").count() == 1
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.wait_for_selector("text=asked once")
    assert Nudge.objects.get().person == li
    page.keyboard.press("n")
    page.wait_for_selector(".toast-error")
    assert Nudge.objects.count() == 1


class TestPhone:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_today_fits(self, visits: dict[str, Visit], li: User, theme: str) -> None:
        facts = {"customer": LONG_NAME, "channel": a_channel(), "expected_amount": Decimal(180_000)}
        late_lead(li, "LX-1", grade="A", **facts)
        late_lead(li, "LX-2", days=0, actor=a_user(role=Role.MARKETING), first_need="很长" * 60)
        for _ in range(3):
            sweep(now=timezone.now())
        for visit in visits.values():
            visit.page.set_viewport_size(PHONE)
            visit.page.emulate_media(color_scheme=theme)
            page = visit.open("/")
            assert visit.width() == PHONE["width"]
            assert page.evaluate(AUDIT) == []
            sizes = page.eval_on_selector_all(
                ".due-buttons .btn", "all => all.map(one => one.getBoundingClientRect().height)"
            )
            assert sizes
            assert min(sizes) >= 40

    def test_call_log_and_move_are_at_hand(self, visits: dict[str, Visit], li: User) -> None:
        lead = late_lead(li, "LX-1", phone="13800001234")
        visit = visits["li"]
        visit.page.set_viewport_size(PHONE)
        page = visit.open("/leads/LX-1/")
        bar = page.locator(".bottom-bar a")
        assert [text.strip() for text in bar.all_inner_texts()] == ["Call", "Log", "Move"]
        assert (bar.first.get_attribute("href") or "").endswith("13800001234")
        box = page.locator(".bottom-bar").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"] + 1
        bar.nth(1).click()
        page.wait_for_selector("#dialog[open] [data-followup]")
        assert visit.width() == PHONE["width"]
        page.click("#dialog .fpick:has([value='phone'])")
        page.click("#dialog .fpick:has([value='silent'])")
        page.click("#dialog button[type=submit]")
        page.wait_for_selector("#dialog[open]", state="detached")
        assert FollowUp.objects.get(lead=lead).mood == "silent"
