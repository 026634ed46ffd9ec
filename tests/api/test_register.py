"""Register leads from a program."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from tests.api.conftest import Program
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead

from leadloop.api.models import Answer
from leadloop.capture.models import Origin
from leadloop.customers.models import Customer
from leadloop.foundation.clock import now
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.people.operations import deactivate
from leadloop.people.tokens import create_token, revoke_token

pytestmark = pytest.mark.django_db
Programs = Callable[..., Program]

LEAD = {
    "customer": "杭州云帆智能科技有限公司", "contact": "王敏", "phone": "138 0013 8000", "title": "采购经理",
    "email": "wang@yunfan.cn", "channel": "展会", "source_detail": "二号馆", "campaign": "春季",
    "industry": "制造业", "size": "中型企业", "region": "华东", "first_need": "三百套",
    "tags": ["重点", "华东"], "expected_amount": "180000.50",
    "captured_at": "2026-06-15T09:00:00+08:00", "utm_source": "baidu", "referrer": "https://a.example/?q=1",
}  # fmt: skip


def test_one_lead_with_everything(cast: Cast, program: Programs) -> None:
    a_channel("展会")
    answer = program(cast.owner).post(LEAD)
    assert answer.status_code == 201, answer.content
    lead = Lead.objects.get(number=answer.json()["number"])
    assert (lead.customer.name, lead.contact.phone_key) == (LEAD["customer"], "+8613800138000")
    assert (lead.channel.name, lead.source_detail, lead.campaign) == ("展会", "二号馆", "春季")
    assert {tag.name for tag in lead.tags.all()} == {"重点", "华东"}
    assert str(lead.expected_amount) == "180000.50"
    assert lead.owner == cast.owner
    assert (lead.origin.utm_source, lead.origin.referrer) == ("baidu", "https://a.example/?q=1")
    assert Event.objects.filter(lead_id=lead.pk, kind="registered", actor=cast.owner).count() == 1
    assert answer.json()["lead"]["contact"]["phone"] == "138 0013 8000"


def test_the_person_decides_what_the_program_may(cast: Cast, program: Programs) -> None:
    assert program(cast.exec).post(LEAD).status_code == 403
    answer = program(cast.owner).post({"customer": "华信", "owner": cast.teammate.username})
    assert answer.json()["errors"][0]["pointer"] == "/owner"
    given = program(cast.manager).post({"customer": "华信", "owner": cast.teammate.username})
    assert Lead.objects.get(number=given.json()["number"]).owner == cast.teammate


BAD: list[tuple[dict[str, Any], str]] = [
    ({}, "/customer"),
    ({"customer": "华信", "colour": "red"}, "/colour"),
    ({"customer": 7}, "/customer"),
    ({"customer": "华信", "email": "nope"}, "/email"),
    ({"customer": "华信", "phone": "无"}, "/phone"),
    ({"customer": "华信", "channel": "没有"}, "/channel"),
    ({"customer": "华信", "captured_at": "2026-06-15T09:00:00"}, "/captured_at"),
    ({"customer": "华信", "captured_at": "yesterday"}, "/captured_at"),
    ({"customer": "华信", "captured_at": "2999-01-01T00:00:00Z"}, "/captured_at"),
    ({"customer": "华信", "grade": "S"}, "/grade"),
    ({"customer": "华信", "expected_amount": "很多"}, "/expected_amount"),
    ({"customer": "华信", "expected_amount": -1}, "/expected_amount"),
    ({"customer": "华信", "currency": "yuan"}, "/currency"),
    ({"customer": "华信", "credit_code": "91310000MA1FL8XQ31"}, "/credit_code"),
    ({"customer": "华" * 201}, "/customer"),
    ({"customer": "华信", "region": "东" * 121}, "/region"),
    ({"customer": "华信", "tags": "重点"}, "/tags"),
    ({"customer": "华信\0"}, "/customer"),
    ({"customer": "华信", "first_need": "\ud800"}, "/first_need"),
    ({"customer": "华信", "first_need": "卡 6222021234567890128"}, "/first_need"),
    ({"customer": "华信", "number": "new"}, "/number"),
    ({"customer": "华信", "utm_source": "11010519491231002X"}, "/utm_source"),
]


@pytest.mark.parametrize(("body", "pointer"), BAD)
def test_a_fault_is_named_with_its_field(
    cast: Cast, program: Programs, body: dict[str, Any], pointer: str
) -> None:
    answer = program(cast.owner).post(json.dumps(body))
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["errors"][0]["pointer"] == pointer
    assert "6222" not in answer.content.decode()
    assert "1949" not in answer.content.decode()
    assert not Lead.objects.exists()
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{", "application/json", 400),
        ("[]", "application/json", 422),
        ('"x"', "application/json", 422),
        ("NaN", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        ("customer=a", "application/x-www-form-urlencoded", 415),
        ("{}", "text/plain", 415),
        ('{"customer": "' + "a" * 5_000_000 + '"}', "application/json", 413),
        ('{"leads": []}', "application/json", 422),
        ('{"leads": {}}', "application/json", 422),
        ('{"leads": [{"customer": "a"}], "more": 1}', "application/json", 422),
        (json.dumps({"leads": [{"customer": "a"}] * 1001}), "application/json", 413),
    ],
)
def test_what_cannot_be_read(cast: Cast, program: Programs, body: Any, kind: str, status: int) -> None:
    answer = program(cast.owner).post(body, kind=kind)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert not Lead.objects.exists()


def test_scripts_are_text(cast: Cast, program: Programs, client_for: Callable[[User], Client]) -> None:
    script = "<script>alert(1)</script>"
    body = dict.fromkeys(
        ("customer", "contact", "title", "industry", "size", "region", "first_need", "campaign"), script
    )
    answer = program(cast.owner).post({**body, "tags": [script]})
    assert answer.status_code == 201
    page = client_for(cast.owner).get(f"/leads/{answer.json()['number']}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


class TestBatch:
    def test_each_lead_by_itself(self, cast: Cast, program: Programs) -> None:
        leads = [{"customer": f"华信{n}", **({"email": "nope"} if n % 10 == 3 else {})} for n in range(60)]
        answer = program(cast.owner).post({"leads": leads})
        assert answer.status_code == 207
        found = answer.json()
        assert (found["registered"], found["refused"]) == (54, 6)
        assert [item["index"] for item in found["results"]] == list(range(60))
        assert found["results"][3]["problem"]["errors"][0]["pointer"] == "/email"
        assert Lead.objects.count() == 54
        assert Customer.objects.count() == 54

    def test_goes_on_after_a_crash(self, cast: Cast, program: Programs, monkeypatch: Any) -> None:
        from leadloop.api import routes

        calls = iter(range(10_000))
        whole = routes._item

        def dies_in_the_third_chunk(*args: Any) -> Any:
            if next(calls) == 60:
                raise MemoryError
            return whole(*args)

        sender = program(cast.owner)
        body = {"leads": [{"customer": f"华信{n}"} for n in range(80)]}
        monkeypatch.setattr(routes, "_item", dies_in_the_third_chunk)
        with pytest.raises(MemoryError):
            sender.post(body, once="batch-1")
        assert Lead.objects.count() == 50
        answer = sender.post(body, once="batch-1")
        assert answer.json()["registered"] == 80
        assert Lead.objects.count() == 80
        assert [item["index"] for item in answer.json()["results"]] == list(range(80))
        again = sender.post(body, once="batch-1")
        assert again.content == answer.content
        assert again["Idempotency-Replayed"] == "true"
        assert Lead.objects.count() == 80


class TestIdempotency:
    def test_the_same_request_gives_the_same_answer(self, cast: Cast, program: Programs) -> None:
        sender = program(cast.owner)
        first = sender.post({"customer": "华信"}, once="k1")
        second = sender.post({"customer": "华信"}, once="k1")
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert Lead.objects.count() == 1

    def test_another_body_is_refused(self, cast: Cast, program: Programs) -> None:
        sender = program(cast.owner)
        sender.post({"customer": "华信"}, once="k1")
        answer = sender.post({"customer": "东方"}, once="k1")
        assert answer.status_code == 409
        assert answer.json()["type"].endswith("/key-reused")
        batch = sender.post({"leads": [{"customer": "华信"}]}, once="k1")
        assert batch.status_code == 409
        assert Lead.objects.count() == 1

    def test_a_refusal_is_an_answer_too(self, cast: Cast, program: Programs) -> None:
        sender = program(cast.owner)
        first = sender.post({"email": "nope"}, once="k1")
        again = sender.post({"email": "nope"}, once="k1")
        assert first.status_code == again.status_code == 422
        assert first.content == again.content

    def test_keys_of_two_programs_do_not_meet(self, cast: Cast, program: Programs) -> None:
        for sender in (program(cast.owner), program(cast.owner)):
            assert sender.post({"customer": "华信"}, once="k1").status_code == 201
        assert Lead.objects.count() == 2

    def test_a_key_that_is_too_long(self, cast: Cast, program: Programs) -> None:
        assert program(cast.owner).post({"customer": "华信"}, once="k" * 256).status_code == 400

    def test_old_answers_are_removed(self, cast: Cast, program: Programs) -> None:
        from leadloop.api.answers import remove_old

        program(cast.owner).post({"customer": "华信"}, once="k1")
        assert remove_old(now=now()) == 0
        assert remove_old(now=now() + timedelta(hours=25)) == 1
        assert not Answer.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "body", [{"customer": "华信"}, {"leads": [{"customer": f"华信{n}"} for n in range(40)]}]
)
def test_two_at_once_give_one_answer(cast: Cast, program: Programs, body: Any) -> None:
    if connection.vendor == "sqlite" and "memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("the test database of SQLite lives in one connection")
    sender = program(cast.owner)
    answers: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        try:
            answers.append(Program(sender.key, Client()).post(body, once="k1"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer.content for answer in answers}) == 1
    assert Lead.objects.count() == len(body.get("leads", [1]))


class TestToken:
    def test_no_token(self, cast: Cast) -> None:
        for headers in ({}, {"Authorization": "Bearer ll_nonsense"}, {"Authorization": "Basic eDp5"}):
            answer = Client().post("/api/v1/leads", "{}", content_type="application/json", headers=headers)
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"] == "Bearer"
            assert answer["Content-Type"] == "application/problem+json"

    def test_a_session_is_no_token(self, cast: Cast, client_for: Callable[[User], Client]) -> None:
        answer = client_for(cast.owner).post("/api/v1/leads", "{}", content_type="application/json")
        assert answer.status_code == 401

    def test_scopes(self, cast: Cast, program: Programs) -> None:
        assert program(cast.owner, scopes=("leads:read",)).post({"customer": "a"}).status_code == 403
        assert program(cast.owner, scopes=("leads:write",)).get("/leads").status_code == 403

    def test_expired_revoked_and_gone(self, cast: Cast, program: Programs) -> None:
        expired = program(cast.owner, expires_at=NOW + timedelta(hours=1))
        assert expired.post({"customer": "a"}).status_code == 401
        token, key = create_token(
            user=cast.owner, name="x", scopes=["leads:write"], actor=cast.owner, now=NOW
        )
        revoke_token(token=token, actor=cast.owner, now=NOW)
        assert Program(key, Client()).post({"customer": "a"}).status_code == 401
        left = program(cast.teammate)
        assert left.post({"customer": "a"}).status_code == 201
        deactivate(user=cast.teammate, actor=None, now=NOW)
        assert left.post({"customer": "a"}).status_code == 401

    def test_the_key_is_kept_as_a_hash(self, cast: Cast) -> None:
        token, key = create_token(
            user=cast.owner, name="x", scopes=["leads:write"], actor=cast.owner, now=NOW
        )
        token.refresh_from_db()
        assert key not in str(vars(token))
        assert token.start == key[:8]

    def test_too_many(self, cast: Cast, program: Programs, monkeypatch: Any) -> None:
        from leadloop.api import access

        monkeypatch.setattr(access, "now", lambda: NOW)
        sender = program(cast.owner, per_minute=3)
        answers = [sender.post({"customer": f"a{n}"}) for n in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
        assert [answer["RateLimit"] for answer in answers[:3]] == [
            f'"token";r={left};t=60' for left in (2, 1, 0)
        ]
        assert answers[0]["RateLimit-Policy"] == '"token";q=3;w=60'
        assert answers[3]["Retry-After"] == "60"
        monkeypatch.setattr(access, "now", lambda: NOW + timedelta(seconds=60))
        assert sender.post({"customer": "b"}).status_code == 201


class TestReading:
    def test_pages(self, cast: Cast, program: Programs) -> None:
        for number in range(7):
            a_lead(owner=cast.owner, now=NOW - timedelta(hours=number // 2))
        reader = program(cast.owner)
        found: list[str] = []
        cursor = ""
        while True:
            page = reader.get("/leads", limit=3, cursor=cursor).json()
            found += [lead["number"] for lead in page["leads"]]
            if not (cursor := page["next"]):
                break
        assert len(found) == len(set(found)) == 7

    def test_what_one_may_not_see_does_not_exist(self, cast: Cast, program: Programs) -> None:
        theirs = a_lead(owner=cast.stranger)
        reader = program(cast.owner)
        assert reader.get("/leads").json()["leads"] == []
        assert reader.get(f"/leads/{theirs.number}").status_code == 404
        seen = program(cast.exec).get(f"/leads/{theirs.number}").json()
        assert seen["contact"]["masked"]
        assert "138" not in seen["contact"]["phone"]

    @pytest.mark.parametrize("cursor", ["x", "eA==", "MjAyNnwx", "é"])
    def test_a_cursor_of_somebody_else(self, cast: Cast, program: Programs, cursor: str) -> None:
        assert program(cast.owner).get("/leads", cursor=cursor).status_code == 400

    @pytest.mark.parametrize("limit", ["0", "201", "many"])
    def test_a_limit_out_of_range(self, cast: Cast, program: Programs, limit: str) -> None:
        assert program(cast.owner).get("/leads", limit=limit).status_code == 422


def test_description_and_its_page(cast: Cast) -> None:
    found = Client().get("/api/v1/openapi.json").json()
    schemas = found["components"]["schemas"]
    assert schemas["LeadIn"]["additionalProperties"] is False
    assert schemas["BatchIn"]["properties"]["leads"]["maxItems"] == 1000
    page = Client().get("/api/v1/docs").content.decode()
    assert "http" not in page.replace("http-equiv", "")
    assert Client().get("/api/v1/nothing").json()["status"] == 404
    assert Client().get("/api/v1/problems/invalid").status_code == 200


def test_origin_only_where_something_is_known(cast: Cast, program: Programs) -> None:
    program(cast.owner).post({"customer": "华信"})
    assert not Origin.objects.exists()


def test_one_lead_costs_few_statements(
    program: Callable[..., Program], cast: Cast, django_assert_max_num_queries: Any
) -> None:
    """With the check for what is known, journal, grade, cleaning, assignment. What rarely changes is kept."""
    site = program(cast.ops)
    lead = {
        "customer": "杭州云帆智能科技有限公司",
        "contact": "王敏",
        "phone": "13800138000",
        "region": "华东",
    }
    assert site.post(lead).status_code == 201
    with django_assert_max_num_queries(29):
        answer = site.post({**lead, "customer": "苏州天工精密机械有限公司", "phone": "13800138001"})
    assert answer.status_code == 201
    assert answer.json()["lead"]["owner"]
