"""Leads come in, seen from a browser: by hand with what is known already, and through a website."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from tests.cast import Cast
from tests.factories import NOW, PASSWORD, a_channel, a_lead
from tests.pages.chromium import chromium, needs_chromium
from tests.pages.test_browser import PHONE, Visit, visit

from leadloop.capture.models import PublicForm, ShareRequest
from leadloop.capture.operations import FormFacts, create_form, work_off
from leadloop.foundation import clock
from leadloop.leads.models import Lead
from leadloop.leads.operations import log_follow_up
from leadloop.people.models import User
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process, policy

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), needs_chromium]


def test_a_colleagues_company_shows_while_typing_and_is_asked_for(visit: Visit, cast: Cast) -> None:
    theirs = a_lead(customer="杭州云帆智能科技有限公司", owner=cast.stranger)
    page = visit.open("/leads/new/")
    page.fill("#id_customer", "云帆智能")
    page.wait_for_selector(".likely li")
    assert "云帆智能科技" not in page.inner_text("#likely")
    page.click("#likely button")
    page.wait_for_selector("#likely .ask:not(:has(button))")
    assert ShareRequest.objects.get().lead == theirs
    page.set_viewport_size(PHONE)
    assert visit.width() <= PHONE["width"]


def test_a_lead_is_registered_after_a_second_look(visit: Visit) -> None:
    a_lead(customer="云帆智能", phone="13800138000", owner=User.objects.get(username="li"))
    page = visit.open("/leads/new/")
    page.fill("#id_customer", "云帆智能")
    page.fill("#id_phone", "138 0013 8000")
    page.click("#facts .form-actions .btn-primary")
    page.wait_for_selector("#id_confirmed")
    page.wait_for_selector(".likely li.sure")
    page.check("#id_confirmed")
    page.click("#facts .form-actions .btn-primary")
    page.wait_for_url(f"{visit.base}/leads/LX**")
    assert Lead.objects.count() == 2


@pytest.fixture
def website() -> Iterator[dict[str, str]]:
    """Another origin with a strict content policy, whose page shows what ``html`` says."""
    shown: dict[str, str] = {}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", shown["policy"])
            self.end_headers()
            self.wfile.write(shown["html"].encode())

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("localhost", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    shown["origin"] = f"http://localhost:{server.server_address[1]}"
    yield shown
    server.shutdown()
    server.server_close()


def test_a_form_in_a_website_becomes_an_owned_lead(
    chromium: Any, live_server: LiveServer, cast: Cast, website: dict[str, str]
) -> None:
    form = _form(cast, website["origin"])
    _grade_by_channel()
    base = live_server.url
    website["policy"] = f"default-src 'none'; script-src {base}; connect-src {base}; img-src 'self'"
    snippet = f'<script src="{base}/forms/embed.js" data-form="{form.key}" async></script>'
    website["html"] = f"<h1>Site</h1>{snippet}"
    context = chromium.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{website['origin']}/?utm_source=wechat")
    page.fill(".leadloop-form [name=contact]", "李雷")
    page.fill(".leadloop-form [name=phone]", "abc")
    page.check(".leadloop-form [name=consent]")
    page.click(".leadloop-form button")
    page.wait_for_selector("[data-for=phone]:not(:empty)")
    page.fill(".leadloop-form [name=phone]", "13912345678")
    page.click(".leadloop-form button")
    page.wait_for_selector(".leadloop-thanks")
    context.close()

    work_off(clock=clock.now)
    lead = Lead.objects.get()
    assert (lead.contact.name, lead.origin.utm_source) == ("李雷", "wechat")
    assert lead.consents.get().text.text == "I agree"
    assert lead.owner is not None
    _owner_sees_it_waiting(chromium, base, lead)


def _grade_by_channel() -> None:
    rule = {"grade": "B", "all": [{"field": "channel", "known": True}]}
    known = policy(default_process(), "grading")
    changes = {"grading": {**known, "rules": [rule, *known["rules"]]}}
    publish_policies(process=default_process(), changes=changes, actor=None, now=NOW)


def _owner_sees_it_waiting(chromium: Any, base: str, lead: Lead) -> None:
    """Graded with its reason, with whom it is, and how long is left to answer; an answer stops the clock."""
    lead.owner.set_password(PASSWORD)
    lead.owner.save()
    context = chromium.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    visit = Visit(context.new_page(), base)
    visit.sign_in(lead.owner.username)
    page = visit.page
    waiting = page.locator(f'[data-row="{lead.number}"]')
    assert waiting.locator(".tag").inner_text() == "B"
    assert " left" in waiting.locator(".due-time").inner_text()
    visit.open(f"/leads/{lead.number}/")
    assert page.inner_text("#grade .grade-letter") == "B"
    assert "channel is known" in page.inner_text("#grade .grade-why")
    assert str(lead.owner) in page.inner_text("main")
    log_follow_up(lead=lead, actor=lead.owner, now=clock.now())
    visit.open("/")
    assert page.locator(".due-time", has_text=" left").count() == 0
    context.close()
    assert visit.complaints == []


def _form(cast: Cast, origin: str) -> PublicForm:
    fields = [{"name": name, "label": "", "required": True} for name in ("contact", "phone")]
    facts = FormFacts(
        name="Site", fields=fields, origins=[origin], consent="I agree", channel=a_channel("官网")
    )
    return create_form(facts=facts, actor=cast.marketing, now=NOW)
