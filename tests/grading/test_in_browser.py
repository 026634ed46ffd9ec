"""A real Chromium: questions make a grade, it is reviewed, and rules are tried before publishing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import PASSWORD, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium, signed_in

from leadloop.people.models import Role

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def page(chromium: Any, live_server: LiveServer, cast: Cast) -> Iterator[Any]:
    """The browser of sales operations; it may complain of nothing."""
    a_user("li", role=Role.OPS, password=PASSWORD)
    with signed_in(chromium, live_server.url, "li") as page:
        yield page


def test_a_grade_is_answered_reviewed_and_tried(page: Any, cast: Cast) -> None:
    lead = a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)
    page.goto("/leads/LX-1/")
    for name, value in (
        ("budget", "named"),
        ("need", "matches"),
        ("authority", "decides"),
        ("purchase", "quarter"),
    ):
        page.locator(f"#grade label.pill:has(input[name={name}][value={value}])").click()
    page.locator("#grade .answer-actions button").click()
    page.wait_for_selector("#grade .grade-letter.grade-A")
    page.goto("/grading/review/")
    page.locator("tr", has_text="LX-1").get_by_role("link", name="Correct").click()
    page.locator("#dialog select[name=grade]").select_option("B")
    page.locator("#dialog textarea[name=reason]").fill("Only a pilot")
    page.locator("#dialog button.btn-primary").click()
    page.wait_for_selector("text=is B now.")
    lead.refresh_from_db()
    assert lead.grade == "B"
    a_lead(owner=cast.owner, team=cast.key_accounts, to_pool=False)
    page.goto("/grading/rules/")
    page.locator('select[name="rules/2/0/field"]').select_option("age")
    page.wait_for_selector('select[name="rules/2/0/op"] option[value=at_most]', state="attached")
    page.locator('input[name="rules/2/0/value"]').fill("36500")
    page.locator('input[name="rules/2/0/value"]').press("Tab")
    page.wait_for_selector("text=1 of 2 open leads would change its grade.")
