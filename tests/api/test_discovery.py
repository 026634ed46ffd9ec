"""Programs read and write what customers said about their need."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.api.conftest import Program
from tests.api.test_next_actions import post
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.discovery.models import Answer
from leadloop.leads.models import Lead

Programs = Callable[..., Program]


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)


def test_written_and_read(cast: Cast, lead: Lead, program: Programs) -> None:
    theirs = program(cast.owner)
    made = post(theirs, "/leads/LX-1/discovery", {"answers": {"s": "两条线", "p": ""}})
    assert made.status_code == 201
    assert (made.json()["done"], made.json()["missing"]) == (["s"], ["p", "i", "n"])
    found = theirs.get("/leads/LX-1/discovery").json()
    assert [(one["part"], one["text"], one["by"]) for one in found["answers"]] == [("s", "两条线", "owner")]
    assert not found["complete"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"answers": {"x": "what"}}, 422),
        ({"answers": {"s": 3}}, 422),
        ({"answers": {"s": "身份证 11010519491231002X"}}, 422),
        ({"answers": {"s": "x" * 50_001}}, 422),
        ({"answers": {"s": "said"}, "more": 1}, 422),
        ({}, 422),
    ],
)
def test_what_is_no_answer_is_refused(
    cast: Cast, lead: Lead, program: Programs, body: object, status: int
) -> None:
    refused = post(program(cast.owner), "/leads/LX-1/discovery", body)
    assert refused.status_code == status
    assert "11010519491231002X" not in refused.content.decode()
    assert not Answer.objects.exists()


def test_as_the_person_of_the_token_sees_it(cast: Cast, lead: Lead, program: Programs) -> None:
    post(program(cast.owner), "/leads/LX-1/discovery", {"answers": {"s": "said"}})
    masked = program(cast.exec).get("/leads/LX-1/discovery").json()
    assert (masked["done"], masked["answers"]) == (["s"], [])
    assert program(cast.stranger).get("/leads/LX-1/discovery").status_code == 404
    assert post(program(cast.stranger), "/leads/LX-1/discovery", {"answers": {"p": "x y"}}).status_code == 404
    assert post(program(cast.exec), "/leads/LX-1/discovery", {"answers": {"p": "x y"}}).status_code == 403
    reader = program(cast.owner, scopes=("leads:read",))
    assert post(reader, "/leads/LX-1/discovery", {"answers": {"p": "x y"}}).status_code == 403
