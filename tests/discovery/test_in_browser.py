"""A real Chromium: the need is written down in place, a script is read, used and published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import NOW, PASSWORD, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium, signed_in

from leadloop.discovery.models import Answer
from leadloop.people.models import Role
from leadloop.playbook.models import ScriptUse
from leadloop.playbook.operations import install_shipped

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def page(chromium: Any, live_server: LiveServer, cast: Cast) -> Iterator[Any]:
    """The browser of sales operations; it may complain of nothing."""
    a_user("li", role=Role.OPS, password=PASSWORD)
    install_shipped(now=NOW)
    with signed_in(chromium, live_server.url, "li") as page:
        yield page


def test_a_need_is_discovered_and_a_script_used(page: Any, cast: Cast) -> None:
    a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts, industry="manufacturing")
    page.goto("/leads/LX-1/")
    for place, said in enumerate(("two lines", "it stops", "a lost order", "more orders"), start=1):
        if place == 1:
            page.locator("#discovery details[open] textarea").focus()
        page.keyboard.type(f"{said} <b>bold</b>")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector(f"#discovery .card-header:has-text('{place}/4')")
        if place < 4:
            page.wait_for_selector("#discovery textarea:focus")
    page.wait_for_selector("#discovery .tag-good")
    assert Answer.objects.count() == 4
    page.locator("#scripts .script-row summary").first.click()
    page.locator("#scripts .script-row[open] form button").click()
    page.wait_for_selector("#scripts .tag-good")
    assert ScriptUse.objects.count() == 1


def test_a_script_is_written_and_published(page: Any, cast: Cast) -> None:
    page.goto("/playbook/")
    page.get_by_role("link", name="New script").click()
    page.fill("#id_title", "Second call")
    page.fill("#id_text", "Who signs?")
    page.locator("button[name=publish]").click()
    page.wait_for_selector(".script-text:has-text('Who signs?')")
    page.locator("[data-copy]").click()
    page.wait_for_selector(".toast-note:has-text('Copied')")
    page.get_by_role("link", name="Edit").click()
    page.fill("#id_text", "Who signs?\nWhen?")
    page.locator("button[name=draft]").click()
    page.get_by_role("link", name="What changes").click()
    page.wait_for_selector(".diff-new:has-text('When?')")
