"""Register a lead by hand: what is known already shows while typing, and colleagues can be asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import Cast
from tests.factories import NOW, a_lead

from leadloop.capture.models import ShareRequest
from leadloop.capture.operations import answer_request, ask_to_share
from leadloop.foundation.errors import Conflict, NotAllowed
from leadloop.leads.models import Lead
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
Browsers = Callable[..., Client]
NAME = "杭州云帆智能科技有限公司"


def typed(browser: Client, **values: str) -> str:
    answer = browser.post(reverse("capture:check"), values, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_ones_own_is_named_and_linked(cast: Cast, client_for: Browsers) -> None:
    lead = a_lead(customer=NAME, phone="13800138000", owner=cast.owner)
    for values in ({"customer": "云帆智能"}, {"phone": "138-0013-8000"}):
        shown = typed(client_for(cast.owner), **values)
        assert NAME in shown
        assert reverse("leads:detail", args=[lead.number]) in shown
    assert "The same phone" in typed(client_for(cast.owner), phone="13800138000")


def test_a_colleagues_is_masked(cast: Cast, client_for: Browsers) -> None:
    lead = a_lead(customer=NAME, contact="王敏", phone="13800138000", owner=cast.stranger)
    shown = typed(client_for(cast.owner), phone="13800138000", customer="云帆")
    assert "杭***" in shown
    assert "Ask to share" in shown
    for secret in (NAME, "王敏", lead.number, str(cast.stranger)):
        assert secret not in shown


def test_the_pool(cast: Cast, client_for: Browsers) -> None:
    a_lead(customer=NAME, to_pool=True)
    assert "in the pool" in typed(client_for(cast.owner), customer=NAME)


def test_nothing_known_and_nothing_typed(cast: Cast, client_for: Browsers) -> None:
    a_lead(customer=NAME, owner=cast.owner)
    for values in ({}, {"customer": ""}, {"customer": "x"}, {"customer": "深圳光明"}, {"customer": "\0"}):
        assert typed(client_for(cast.owner), **values).strip() == ""


def test_few_queries_however_many_are_found(cast: Cast, client_for: Browsers) -> None:
    browser = client_for(cast.owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            typed(browser, customer="云帆智能", phone="13800138000")
        return len(found)

    a_lead(customer=NAME, phone="13800138000", owner=cast.owner)
    assert queries() <= 20
    for number in range(40):
        a_lead(customer=f"杭州云帆智能{number}", phone="13800138000", owner=cast.stranger)
    assert queries() <= 45


def test_who_may_look(cast: Cast, client_for: Browsers) -> None:
    assert client_for(cast.exec).post(reverse("capture:check"), {"customer": NAME}).status_code == 403
    assert Client().post(reverse("capture:check"), {"customer": NAME}).status_code == 302


class TestRegistering:
    def test_a_known_phone_with_an_open_lead_needs_a_second_look(
        self, cast: Cast, client_for: Browsers
    ) -> None:
        a_lead(customer=NAME, phone="13800138000", owner=cast.owner)
        browser = client_for(cast.owner)
        sent = {"customer": NAME, "phone": "138 0013 8000", "first_need": "第二批"}
        refused = browser.post(reverse("leads:new"), sent)
        text = refused.content.decode()
        assert refused.status_code == 422
        assert 'name="confirmed"' in text
        assert 'value="138 0013 8000"' in text
        assert Lead.objects.count() == 1
        assert browser.post(reverse("leads:new"), sent | {"confirmed": "on"}).status_code == 302
        assert Lead.objects.count() == 2

    def test_a_new_one_does_not(self, cast: Cast, client_for: Browsers) -> None:
        a_lead(customer=NAME, phone="13800138000", owner=cast.owner)
        browser = client_for(cast.owner)
        data = {"customer": "深圳光明", "phone": "13900139000", "tags": "重点，华南", "campaign": "春季"}
        assert browser.post(reverse("leads:new"), data).status_code == 302
        lead = Lead.objects.latest("id")
        assert {tag.name for tag in lead.tags.all()} >= {"重点", "华南"}
        assert lead.campaign == "春季"

    def test_the_form_asks_for_what_matters_first(self, cast: Cast, client_for: Browsers) -> None:
        page = client_for(cast.owner).get(reverse("leads:new")).content.decode()
        top = page[: page.index("<details")]
        for name in ("customer", "phone", "channel", "source_detail", "campaign", "tags", "first_need"):
            assert f'name="{name}"' in top
        assert reverse("capture:check") in page


class TestAsking:
    def ask(self, browser: Client, **values: str) -> Any:
        shown = typed(browser, **values)
        mark = re.search(r'"mark": "([^"]+)"', shown.replace("&quot;", '"'))
        assert mark is not None
        return browser.post(reverse("capture:ask"), {"mark": mark[1], "message": "同一个项目"})

    def test_the_owner_and_the_manager_see_it(self, cast: Cast, client_for: Browsers) -> None:
        lead = a_lead(customer=NAME, phone="13800138000", contact="王敏", owner=cast.owner)
        asking = client_for(cast.stranger)
        assert self.ask(asking, phone="13800138000").status_code == 302
        assert self.ask(asking, phone="13800138000").status_code == 302
        request = ShareRequest.objects.get()
        address = reverse("capture:requests")
        for person in (cast.owner, cast.manager, cast.ops):
            page = client_for(person).get(address).content.decode()
            assert NAME in page
            assert "同一个项目" in page
        for person in (cast.teammate, cast.other_manager, cast.stranger):
            assert NAME not in client_for(person).get(address).content.decode()

        answered = client_for(cast.owner).post(
            reverse("capture:answer", args=[request.pk]), {"share": "1", "answer": "我们一起去"}
        )
        assert answered.status_code == 302
        mine = asking.get(address).content.decode()
        for known in (NAME, "王敏", "13800138000", "我们一起去", lead.number):
            assert known in mine
        assert asking.get(reverse("leads:detail", args=[lead.number])).status_code == 404

    def test_declined_shows_nothing(self, cast: Cast, client_for: Browsers) -> None:
        lead = a_lead(customer=NAME, owner=cast.owner)
        request = ask_to_share(lead=lead, actor=cast.stranger, now=NOW)
        answer_request(request=request, share=False, actor=cast.manager, now=NOW)
        page = client_for(cast.stranger).get(reverse("capture:requests")).content.decode()
        assert NAME not in page
        with pytest.raises(Conflict):
            answer_request(request=request, share=True, actor=cast.owner, now=NOW)

    def test_nobody_else_answers(self, cast: Cast, client_for: Browsers) -> None:
        request = ask_to_share(lead=a_lead(owner=cast.owner), actor=cast.stranger, now=NOW)
        for person in (cast.stranger, cast.teammate, cast.other_manager, cast.marketing):
            with pytest.raises(NotAllowed):
                answer_request(request=request, share=True, actor=person, now=NOW)
            answer = client_for(person).post(reverse("capture:answer", args=[request.pk]), {"share": "1"})
            assert answer.status_code == 404

    def test_a_mark_is_only_for_whom_it_was_made(self, cast: Cast, client_for: Browsers) -> None:
        a_lead(customer=NAME, phone="13800138000", owner=cast.owner)
        shown = typed(client_for(cast.stranger), phone="13800138000")
        mark = re.search(r'"mark": "([^"]+)"', shown.replace("&quot;", '"'))
        assert mark is not None
        for value in (mark[1], mark[1][:-1], "", "1"):
            answer = client_for(cast.teammate).post(reverse("capture:ask"), {"mark": value})
            assert answer.status_code == 400
        assert not ShareRequest.objects.exists()


def test_proposals_for_the_campaign(cast: Cast, client_for: Callable[[User], Client]) -> None:
    assert client_for(cast.owner).get(reverse("capture:campaigns")).status_code == 200


def test_today_tells_who_is_waiting(cast: Cast, client_for: Browsers) -> None:
    ask_to_share(lead=a_lead(owner=cast.owner), actor=cast.stranger, now=NOW)
    link = reverse("capture:requests")
    for person in (cast.owner, cast.manager):
        assert f'href="{link}"' in client_for(person).get("/").content.decode()
    for person in (cast.teammate, cast.stranger, cast.marketing):
        assert f'href="{link}"' not in client_for(person).get("/").content.decode()
