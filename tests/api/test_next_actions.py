"""Programs plan next actions, and end and move them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.api.conftest import Program
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.actions.models import NextAction
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead

Programs = Callable[..., Program]
SCOPES = ("follow-ups:write", "leads:read")


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(owner=cast.owner, now=now() - timedelta(days=1), grade="A")


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def post(program: Program, path: str, body: Any, once: str = "") -> Any:
    headers = program._with({"Idempotency-Key": once} if once else {})
    data = json.dumps(body)
    return program.client.post(f"/api/v1{path}", data, content_type="application/json", headers=headers)


def test_planned_listed_moved_and_done(cast: Cast, lead: Lead, program: Programs) -> None:
    theirs = program(cast.owner, scopes=SCOPES)
    path = f"/leads/{lead.number}/actions"
    made = post(theirs, path, {"title": "确认预算", "due_on": day(2), "priority": "high"})
    assert made.status_code == 201
    said = made.json()
    assert (said["lead"], said["title"], said["owner"]) == (lead.number, "确认预算", "owner")
    assert (said["due_on"], said["has_time"], said["state"]) == (day(2), False, "open")
    assert theirs.get(path).json() == theirs.get("/actions").json() == {"actions": [said]}
    refused = post(theirs, f"/actions/{said['id']}/postpone", {"due_on": day(3)})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    moved = post(theirs, f"/actions/{said['id']}/postpone", {"due_on": day(3), "reason": "customer"})
    assert (moved.json()["due_on"], moved.json()["moves"]) == (day(3), 1)
    done = post(theirs, f"/actions/{said['id']}/done", {})
    assert (done.status_code, done.json()["state"]) == (200, "done")
    assert post(theirs, f"/actions/{said['id']}/done", {}).status_code == 409
    assert theirs.get("/actions").json() == {"actions": []}


def test_the_same_key_plans_once(cast: Cast, lead: Lead, program: Programs) -> None:
    theirs, body = program(cast.owner, scopes=SCOPES), {"due_on": day(2)}
    first, again = (post(theirs, f"/leads/{lead.number}/actions", body, once="a") for _ in range(2))
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert NextAction.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"due_on": "2020-01-01"}, "/due_at"),
        ({}, "/due_at"),
        ({"due_on": day(1), "due_at": "2099-01-01T10:00:00+08:00"}, "/due_at"),
        ({"due_at": "2099-01-01T10:00:00"}, "/due_at"),
        ({"due_on": day(1), "kind": "telepathy"}, "/kind"),
        ({"due_on": day(1), "every": 0}, "/every"),
        ({"due_on": day(1), "whom": "x"}, "/whom"),
        ({"due_on": day(1), "title": "a\0b"}, "/title"),
    ],
)
def test_what_is_wrong_is_pointed_at(
    cast: Cast, lead: Lead, program: Programs, body: dict[str, str], pointer: str
) -> None:
    answer = post(program(cast.owner, scopes=SCOPES), f"/leads/{lead.number}/actions", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not NextAction.objects.exists()


def test_what_one_may_not_see_does_not_exist(cast: Cast, lead: Lead, program: Programs) -> None:
    made = post(
        program(cast.owner, scopes=SCOPES), f"/leads/{lead.number}/actions", {"due_on": day(2)}
    ).json()
    stranger = program(cast.stranger, scopes=SCOPES)
    assert stranger.get(f"/leads/{lead.number}/actions").status_code == 404
    assert post(stranger, f"/leads/{lead.number}/actions", {"due_on": day(2)}).status_code == 404
    assert post(stranger, f"/actions/{made['id']}/done", {}).status_code == 404
    assert stranger.get("/actions").json() == {"actions": []}


def test_free_words_are_not_for_those_who_do_not_read_the_contact(
    cast: Cast, lead: Lead, program: Programs
) -> None:
    post(
        program(cast.owner, scopes=SCOPES),
        f"/leads/{lead.number}/actions",
        {"due_on": day(2), "title": "打给王总"},
    )
    said = program(cast.exec, scopes=SCOPES).get(f"/leads/{lead.number}/actions")
    assert said.json()["actions"][0]["title"] == ""


def test_the_scope_is_needed(cast: Cast, lead: Lead, program: Programs) -> None:
    only = program(cast.owner, scopes=("leads:write", "leads:read"))
    assert post(only, f"/leads/{lead.number}/actions", {"due_on": day(2)}).status_code == 403


def test_it_is_described(cast: Cast, program: Programs) -> None:
    paths = program(cast.owner).client.get("/api/v1/openapi.json").json()
    assert "/api/v1/leads/{number}/actions" in paths["paths"]
    assert "ActionIn" in paths["components"]["schemas"]
    assert "LeadIn" in paths["components"]["schemas"]
