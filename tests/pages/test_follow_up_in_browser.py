"""The form of a follow-up in a real Chromium: keys, what was typed and a reload, files, a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import PASSWORD, a_lead, a_user
from tests.pages.chromium import chromium, needs_chromium
from tests.pages.test_browser import AUDIT, PHONE, Visit

from leadloop.actions.models import NextAction
from leadloop.followup.models import Attachment, FollowUp
from leadloop.leads.models import Lead
from leadloop.people.models import Role, User

__all__ = ["chromium"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]
FORM = "/leads/LX-1/follow-ups/new/?from=lead"


@pytest.fixture
def visit(
    chromium: Any, live_server: LiveServer, cast: Cast, settings: Any, tmp_path: Path
) -> Iterator[Visit]:
    settings.ATTACHMENTS = tmp_path / "attachments"
    a_user("li", role=Role.REP, team=cast.key_accounts, password=PASSWORD)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    made = Visit(context.new_page(), live_server.url)
    made.sign_in("li")
    yield made
    context.close()
    assert made.complaints == []


@pytest.fixture
def lead(visit: Visit, cast: Cast) -> Lead:
    return a_lead(
        number="LX-1", owner=User.objects.get(username="li"), team=cast.key_accounts, grade="A",
        contact="王敏", now=timezone.now() - timedelta(days=3),
    )  # fmt: skip


def test_keys_choose_and_never_while_somebody_types(visit: Visit, lead: Lead) -> None:
    page = visit.open(FORM)
    page.keyboard.press("2")
    assert page.eval_on_selector("[name=way]:checked", "one => one.value") == "visit"
    page.keyboard.press("e")
    assert page.eval_on_selector("[name=mood]:checked", "one => one.value") == "negative"
    # Both are chosen: what is typed now is the note, letters of moods and digits of ways included.
    page.keyboard.type("were 1234 quite wrong")
    assert page.input_value("[name=feedback]") == "were 1234 quite wrong"
    assert page.eval_on_selector("[name=way]:checked", "one => one.value") == "visit"
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-followup-saved]")
    record = FollowUp.objects.get()
    assert (record.way, record.mood, record.feedback) == ("visit", "negative", "were 1234 quite wrong")
    assert NextAction.objects.count() == 1


def test_what_was_typed_outlives_an_error_and_a_reload(visit: Visit, lead: Lead) -> None:
    page = visit.open(FORM)
    page.keyboard.press("3")
    page.fill("[name=feedback]", "half a thought")
    page.fill("[name=next_title]", "offer")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".form-error")
    assert page.input_value("[name=feedback]") == "half a thought"
    page.reload()
    assert page.input_value("[name=feedback]") == "half a thought"
    assert page.input_value("[name=next_title]") == "offer"
    assert page.eval_on_selector("[name=way]:checked", "one => one.value") == "wechat"
    page.focus("[name=next_title]")
    page.check("[name=mood][value=silent]", force=True)
    page.focus("[name=next_title]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-followup-saved]")
    assert FollowUp.objects.get().feedback == "half a thought"
    # Saved is saved: the next form is empty.
    page = visit.open(FORM)
    assert page.input_value("[name=feedback]") == ""


def test_files_go_up_at_once_and_programs_are_refused(visit: Visit, lead: Lead, tmp_path: Path) -> None:
    (tmp_path / "报价.pdf").write_bytes(b"%PDF-1.7\n" + bytes(400))
    (tmp_path / "virus.pdf").write_bytes(b"MZ" + bytes(400))
    (tmp_path / "wrong.pdf").write_bytes(b"%PDF-1.7\n" + bytes(300))
    page = visit.open(FORM)
    page.set_input_files(
        "[data-upload]", [tmp_path / name for name in ("报价.pdf", "virus.pdf", "wrong.pdf")]
    )
    page.locator("[data-files] [name=attachment]").nth(1).wait_for(state="attached")
    page.wait_for_selector("[data-files] .file-refused")
    assert "is a program" in page.inner_text("[data-files] .file-refused")
    row = page.locator("[data-files] li", has_text="wrong.pdf")
    with page.expect_response("**/remove/"):
        row.locator("button").click()
    page.click("[data-files] .file-refused button")
    page.keyboard.press("1")
    page.check("[name=mood][value=positive]", force=True)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-followup-saved]")
    assert [one.name for one in FollowUp.objects.get().attachments.all()] == ["报价.pdf"]
    assert Attachment.objects.count() == 1
    page = visit.open("/leads/LX-1/")
    with page.expect_download() as download:
        page.click(".record .file a")
    assert download.value.suggested_filename == "报价.pdf"


def test_on_a_phone_it_fits_and_is_accessible(visit: Visit, lead: Lead) -> None:
    visit.page.set_viewport_size(PHONE)
    page = visit.open(FORM)
    assert visit.width() == PHONE["width"]
    assert page.evaluate(AUDIT) == []
    page.click(".fpick:has([value=visit])")
    page.click(".fpick:has([value=hesitant])")
    page.click("[data-sets] [data-value]:has-text('tomorrow')")
    page.click("button[type=submit]:has-text('Save')")
    page.wait_for_selector("[data-followup-saved]")
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert NextAction.objects.get().due_on == tomorrow
    record = FollowUp.objects.get()
    page = visit.open(f"/follow-ups/{record.pk}/")
    assert visit.width() == PHONE["width"]
    assert page.evaluate(AUDIT) == []
