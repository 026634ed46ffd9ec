"""Claiming from the pool in a real browser: by the row itself, also when somebody else was faster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import PASSWORD, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium

from leadloop.assignment.operations import claim
from leadloop.foundation import clock
from leadloop.leads.models import Lead
from leadloop.people.models import Role

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def page(chromium: Any, live_server: LiveServer, cast: Cast) -> Iterator[Any]:
    a_user("li", role=Role.REP, team=cast.key_accounts, password=PASSWORD)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    made = context.new_page()
    complaints: list[str] = []
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.goto(live_server.url + "/accounts/sign-in/")
    made.fill("#id_username", "li")
    made.fill("#id_password", PASSWORD)
    made.click("#sign-in button.btn-primary")
    made.wait_for_url(live_server.url + "/")
    yield made
    context.close()
    assert complaints == []


def test_claim_from_the_pool(page: Any, live_server: LiveServer, cast: Cast) -> None:
    mine = a_lead(customer="甲公司", phone="13912345678", first_need="三台机床", grade="A")
    lost = a_lead(customer="乙公司", grade="B")
    page.goto(live_server.url + "/pool/")
    assert "13912345678" not in page.content()
    page.click(f"#pool-{mine.pk} .pool-do form button")
    page.wait_for_selector(f"#pool-{mine.pk}.pool-won")
    assert "13912345678" in page.inner_text(f"#pool-{mine.pk}")
    assert str(Lead.objects.get(pk=mine.pk).owner) == "Li"
    claim(lead=lost, actor=cast.stranger, now=clock.now())
    page.click(f"#pool-{lost.pk} .pool-do form button")
    page.wait_for_selector(f"#pool-{lost.pk}.pool-lost")
    assert "Stranger was faster" in page.inner_text(f"#pool-{lost.pk}")
    page.click(f"#pool-{mine.pk} a.btn-primary")
    page.wait_for_url("**/leads/**")
    assert "Claimed from the pool by Li" in page.content()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pool_fits_the_screen(page: Any, live_server: LiveServer, cast: Cast, width: int) -> None:
    need = "需要一套覆盖三个工厂的制造执行系统,并与现有系统对接" * 3
    a_lead(
        customer="一家名字特别特别长的精密机械设备制造股份有限公司华东分公司",
        first_need=need,
        grade="A",
        industry="制造业",
    )
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(live_server.url + "/pool/")
    assert page.evaluate("document.documentElement.scrollWidth") == width
