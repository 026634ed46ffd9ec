"""One's own actions in a real Chromium: dragged, moved by keys, done, many at once, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from tests.actions.things import CHINA, planned
from tests.cast import Cast
from tests.factories import PASSWORD, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium
from tests.pages.test_browser import AUDIT, PHONE, Visit

from leadloop.actions.models import NextAction, Postponement
from leadloop.foundation.clock import now
from leadloop.people.models import Role, User

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


@pytest.fixture
def visit(chromium: Any, live_server: LiveServer, cast: Cast) -> Iterator[Visit]:
    a_user("li", role=Role.REP, team=cast.key_accounts, password=PASSWORD)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    visit = Visit(context.new_page(), live_server.url)
    visit.sign_in("li")
    yield visit
    context.close()
    # A form that is refused is answered with 422.
    assert [words for words in visit.complaints if "status of 422" not in words] == []


@pytest.fixture
def li(visit: Visit) -> User:
    return User.objects.get(username="li")


def today() -> date:
    return timezone.localdate(timezone=CHINA)


def monday() -> date:
    """Of next week: its days are all there whatever day it is."""
    return today() + timedelta(days=7 - today().weekday())


def an_action(li: User, day: date, **facts: Any) -> NextAction:
    lead = a_lead(owner=li, now=now() - timedelta(days=1), customer="First Ltd")
    return planned(lead, f"{day} 10:00", actor=li, now=now(), has_time=False, **facts)


def day_of(action: NextAction) -> date:
    return NextAction.objects.get(pk=action.pk).due_on


def test_dragged_to_a_later_day_it_asks_why_and_can_be_taken_back(visit: Visit, li: User) -> None:
    action = an_action(li, monday())
    page = visit.open("/actions/")
    target = page.locator(f"[data-cards][data-day='{monday() + timedelta(days=2)}']")
    page.locator(f"#action-{action.pk} .act-what").drag_to(target)
    page.wait_for_selector("#dialog[open] .postpone")
    assert page.locator("#id_to").input_value() == str(monday() + timedelta(days=2))
    # The reader is at the reasons already.
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert day_of(action) == monday() + timedelta(days=2)
    assert Postponement.objects.get().reason == "customer"
    with page.expect_navigation():
        page.click(".toast-note button[data-hx-post]")
    assert day_of(action) == monday()


def test_moved_by_keys_there_and_back(visit: Visit, li: User) -> None:
    action = an_action(li, monday())
    page = visit.open("/actions/")
    page.keyboard.press("j")
    page.keyboard.press("]")
    page.wait_for_selector("#dialog[open] .postpone")
    page.wait_for_function("document.activeElement.name === 'reason'")
    page.keyboard.press("ArrowRight")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert day_of(action) == monday() + timedelta(days=1)
    # The page came again, and the reader is at the same card.
    page.wait_for_function(f"document.activeElement.id === 'action-{action.pk}'")
    with page.expect_navigation():
        page.keyboard.press("[")
    assert (day_of(action), NextAction.objects.get().moves) == (monday(), 1)


def test_given_up_the_card_is_where_it_was(visit: Visit, li: User) -> None:
    action = an_action(li, monday())
    page = visit.open("/actions/")
    target = page.locator(f"[data-cards][data-day='{monday() + timedelta(days=3)}']")
    page.locator(f"#action-{action.pk} .act-what").drag_to(target)
    page.wait_for_selector("#dialog[open] .postpone")
    page.keyboard.press("Escape")
    assert page.locator(f"[data-day='{monday()}'] #action-{action.pk}").count() == 1
    assert day_of(action) == monday()


def test_without_a_reason_the_dialog_says_so(visit: Visit, li: User) -> None:
    action = an_action(li, monday())
    page = visit.open("/actions/")
    page.focus(f"#action-{action.pk}")
    page.keyboard.press("p")
    page.wait_for_selector("#dialog[open] .postpone")
    page.fill("#id_to", str(monday() + timedelta(days=1)))
    page.click("#dialog .btn-primary")
    page.wait_for_selector("#dialog .form-error")
    assert day_of(action) == monday()


def test_done_by_one_key(visit: Visit, li: User) -> None:
    action = an_action(li, monday())
    page = visit.open("/actions/")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("d")
    assert NextAction.objects.get(pk=action.pk).done_at is not None
    page.wait_for_selector(".empty-state")


def test_overdue_ones_are_chosen_and_put_off_together(visit: Visit, li: User) -> None:
    ids = [an_action(li, monday()).pk for _ in range(3)]
    past = today() - timedelta(days=3)
    NextAction.objects.filter(pk__in=ids).update(due_on=past, due_at=now() - timedelta(days=2))
    page = visit.open("/actions/")
    page.click("[data-choose-overdue]")
    assert page.locator("[data-chosen]").inner_text() == "3"
    page.click("#chosen .btn-primary")
    page.wait_for_selector("#dialog[open] .postpone")
    page.check("input[name=reason][value=no_time]", force=True)
    with page.expect_navigation():
        page.click("#dialog .btn-primary")
    assert set(NextAction.objects.values_list("due_on", flat=True)) == {today() + timedelta(days=1)}


@pytest.mark.parametrize("path", ["/actions/", "/actions/calendar/", "/follow-up/"])
def test_it_fits_a_phone_and_passes_the_audit(visit: Visit, li: User, path: str) -> None:
    an_action(li, monday(), title="确认预算与决策流程，约见技术负责人并发送同行业案例" * 3, priority="high")
    an_action(li, today(), repeat="weekly")
    page = visit.open(path)
    assert page.evaluate(AUDIT) == []
    page.set_viewport_size(PHONE)
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(AUDIT) == []
