"""A real Chromium: what only a browser can tell. No page may break its own content policy."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import PASSWORD, a_channel, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium

from leadloop.leads.models import Lead
from leadloop.people.models import Role

__all__ = ["chromium"]

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")
PHONE = {"width": 360, "height": 760}

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


class Visit:
    """A page of somebody signed in, and what the browser complained about."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._said)

    def _said(self, message: Any) -> None:
        # A refused form is answered with 422, which the browser logs as a failed request.
        if message.type == "error" and "status of 422" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str) -> Any:
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, username: str) -> None:
        page = self.open("/accounts/sign-in/")
        page.fill("#id_username", username)
        page.fill("#id_password", PASSWORD)
        page.click("#sign-in button.btn-primary")
        page.wait_for_url(self.base + "/")

    def width(self) -> int:
        found: int = self.page.evaluate("document.documentElement.scrollWidth")
        return found


@pytest.fixture
def visit(chromium: Any, live_server: LiveServer, cast: Cast) -> Iterator[Visit]:
    a_user("li", role=Role.REP, team=cast.key_accounts, password=PASSWORD)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    made = Visit(context.new_page(), live_server.url)
    made.sign_in("li")
    yield made
    context.close()
    assert made.complaints == []


@pytest.fixture
def lead(visit: Visit) -> Lead:
    from leadloop.people.models import User

    owner = User.objects.get(username="li")
    name = "中国（上海）自由贸易试验区临港新片区华信智能制造系统集成（集团）股份有限公司"
    return a_lead(
        number="LX-1", customer=name, owner=owner, channel=a_channel(), grade="A",
        expected_amount=Decimal(180_000),
    )  # fmt: skip


def test_a_card_dropped_on_the_next_column_is_moved(visit: Visit, lead: Lead) -> None:
    page = visit.open("/pipeline/")
    page.drag_and_drop("[data-lead='LX-1']", "[data-stage='screened']")
    page.wait_for_selector("[data-stage='screened'] [data-lead='LX-1']")
    page.wait_for_selector("[data-count='screened']:text-is('1')")
    assert Lead.objects.get(number="LX-1").stage.key == "screened"


def test_a_refused_drop_goes_back_and_the_form_says_what_is_missing(visit: Visit, lead: Lead) -> None:
    page = visit.open("/pipeline/")
    page.drag_and_drop("[data-lead='LX-1']", "[data-stage='proposal']")
    page.wait_for_selector("#dialog[open] form")
    assert page.locator("[data-stage='captured'] [data-lead='LX-1']").count() == 1
    page.click("#dialog .btn-primary")
    page.wait_for_selector("#dialog .form-error")
    page.fill("#dialog textarea", "they know us")
    page.click("#dialog .btn-primary")
    page.wait_for_selector("[data-stage='proposal'] [data-lead='LX-1']")
    assert page.locator(".toast-note").count() == 1


def test_second_reasons_follow_the_first(visit: Visit, lead: Lead) -> None:
    page = visit.open("/leads/LX-1/")
    page.click("a[href='/leads/LX-1/lose/'].btn")
    page.wait_for_selector("#dialog[open] form")
    first = page.locator("#id_reason option").nth(1).get_attribute("value")
    page.select_option("#id_reason", first)
    offered = page.eval_on_selector_all(
        "#id_second_reason option", "all => all.filter(o => !o.hidden && o.value).map(o => o.dataset.of)"
    )
    assert offered
    assert set(offered) == {first}


def test_the_palette_finds_by_keyboard_alone(visit: Visit, lead: Lead) -> None:
    page = visit.open("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("华信")
    page.wait_for_selector("#palette-results a[href='/leads/LX-1/'][aria-selected='true']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/leads/LX-1/")


def test_a_filter_chosen_in_the_dialog_is_in_the_address(visit: Visit, lead: Lead) -> None:
    page = visit.open("/leads/?columns=number")
    page.click(".list-bar a.chip")
    page.wait_for_selector("#dialog[open] .ts-wrapper")
    page.click("#id_grade-ts-control")
    page.click("#id_grade-ts-dropdown [data-value='A']")
    page.click("#dialog .btn-primary")
    page.wait_for_url("**grade=A**")
    assert page.locator(".lead-table tbody tr").count() == 1


PATHS = ["/", "/leads/", "/leads/LX-1/", "/leads/new/", "/pipeline/", "/accounts/preferences/"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_fits_a_phone(visit: Visit, lead: Lead, path: str, theme: str) -> None:
    visit.page.set_viewport_size(PHONE)
    visit.page.emulate_media(color_scheme=theme)
    page = visit.open(path)
    assert visit.width() == PHONE["width"]
    assert page.evaluate("document.documentElement.dataset.bsTheme") == theme


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_contrast_and_controls_have_names(visit: Visit, lead: Lead, theme: str) -> None:
    visit.page.emulate_media(color_scheme=theme)
    found = {path: visit.open(path).evaluate(AUDIT) for path in PATHS}
    assert found == {path: [] for path in PATHS}


def test_the_first_tab_stop_skips_to_the_content(visit: Visit) -> None:
    page = visit.open("/leads/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
