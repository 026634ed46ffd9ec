"""The bell and the list in a real browser, with two tabs open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import PASSWORD, a_user
from tests.notices.things import PLAIN
from tests.pages.chromium import chromium, needs_chromium

from leadloop.foundation import clock
from leadloop.foundation.messages import msg
from leadloop.notices.operations import tell
from leadloop.people.models import Role, User

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def context(chromium: Any, live_server: LiveServer, cast: Cast) -> Iterator[Any]:
    a_user("li", role=Role.REP, team=cast.key_accounts, password=PASSWORD)
    made = chromium.new_context(viewport={"width": 360, "height": 800}, locale="en-US")
    complaints: list[str] = []
    made.on("weberror", lambda error: complaints.append(str(error.error)))
    page = made.new_page()
    page.goto(live_server.url + "/accounts/sign-in/")
    page.fill("#id_username", "li")
    page.fill("#id_password", PASSWORD)
    page.click("#sign-in button.btn-primary")
    page.wait_for_url(live_server.url + "/")
    yield made
    made.close()
    assert complaints == []


def test_one_tab_reads_and_the_other_follows(context: Any, live_server: LiveServer, cast: Cast) -> None:
    li = User.objects.get(username="li")
    for name in ("甲公司", "乙公司"):
        tell(to=[li], kind=PLAIN.key, message=msg("Something"), subject=name, link="/pool/", now=clock.now())
    # A minute passes in the second tab when the test says so.
    other = context.new_page()
    other.clock.install()
    other.goto(live_server.url + "/accounts/preferences/")
    assert other.inner_text("#bell .bell-count") == "2"
    page = context.pages[0]
    page.goto(live_server.url + "/notices/")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.click(".notice-row:first-child .notice-toggle")
    page.wait_for_selector(".notice-row:first-child:not(.notice-new)")
    page.wait_for_selector('#bell .bell-count:text-is("1")')
    other.bring_to_front()
    other.clock.fast_forward(61_000)
    other.wait_for_selector('#bell .bell-count:text-is("1")')
    page.click(".notice-row:nth-child(2) .notice-open")
    page.wait_for_url("**/pool/")
    assert page.query_selector("#bell .bell-count") is None
