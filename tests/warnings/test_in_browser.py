"""A real Chromium: a warning is answered where it is shown, without loading the page again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import PASSWORD, a_user
from tests.pages.chromium import chromium, needs_chromium, signed_in
from tests.warnings.things import a_worked_lead, days

from leadloop.actions.models import NextAction
from leadloop.foundation import clock
from leadloop.people.models import Role
from leadloop.warnings.models import Alert
from leadloop.warnings.operations import sweep

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def alert(cast: Cast) -> Alert:
    seller = a_user("li", role=Role.REP, team=cast.north, password=PASSWORD)
    lead = a_worked_lead(seller, at=clock.now() - days(20), grade="C", team=cast.north)
    sweep(now=clock.now())
    return Alert.objects.select_related("lead").get(lead=lead, rule="silent")


@pytest.fixture
def page(chromium: Any, live_server: LiveServer, alert: Alert) -> Iterator[Any]:
    """The browser of the owner; it may complain of nothing."""
    with signed_in(chromium, live_server.url, "li") as page:
        yield page


def test_what_is_proposed_is_planned_by_one_click(page: Any, alert: Alert) -> None:
    page.goto("/warnings/")
    row = page.locator(f"#warning-{alert.pk}")

    row.get_by_role("button", name="Plan a call").click()

    row.get_by_text("Planned for").wait_for()
    assert NextAction.objects.get().lead == alert.lead


def test_right_wrong_and_undo(page: Any, alert: Alert) -> None:
    page.goto(f"/leads/{alert.lead.number}/")
    row = page.locator(f"#warning-{alert.pk}")

    row.get_by_role("button", name="right").click()
    row.locator("button[aria-pressed=true]").wait_for()
    row.get_by_role("button", name="wrong").click()
    row.get_by_text("Said to be wrong").wait_for()
    alert.refresh_from_db()
    assert alert.outcome == "wrong"

    row.get_by_role("button", name="Undo").click()
    row.get_by_role("button", name="Plan a call").wait_for()


def test_snoozed_by_one_click_and_until_a_day(page: Any, alert: Alert) -> None:
    page.goto("/warnings/")
    row = page.locator(f"#warning-{alert.pk}")

    row.get_by_role("button", name="Snooze").click()
    row.get_by_role("button", name="for 3 days").click()

    row.get_by_text("Snoozed until").wait_for()
    alert.refresh_from_db()
    assert alert.snoozed_until is not None
