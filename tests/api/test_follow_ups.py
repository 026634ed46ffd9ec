"""Programs log follow-ups and read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.api.conftest import Program
from tests.api.test_next_actions import SCOPES, day, post
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.actions.models import NextAction
from leadloop.discovery.queries import standing
from leadloop.followup.models import FollowUp
from leadloop.followup.rules import LONGEST
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead

Programs = Callable[..., Program]
SAID = {"way": "phone", "mood": "positive", "feedback": "预算 20 万", "need": True}


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return a_lead(owner=cast.owner, contact="王敏", now=now() - timedelta(days=1), grade="A")


def test_logged_with_what_comes_next_and_read(cast: Cast, lead: Lead, program: Programs) -> None:
    theirs = program(cast.owner, scopes=SCOPES)
    path = f"/leads/{lead.number}/follow-ups"
    body = {
        **SAID,
        "contacts": ["王敏"],
        "next": {"title": "报价", "due_on": day(3)},
        "answers": {"s": "两条线"},
    }
    made = post(theirs, path, body)
    assert made.status_code == 201
    said = made.json()
    assert (said["by"], said["contacts"], said["late"], said["version"]) == ("owner", ["王敏"], False, 1)
    assert theirs.get(path).json() == {"follow_ups": [said]}
    assert NextAction.objects.get().title == "报价"
    assert standing(lead).done == ("s",)


def test_the_same_key_logs_once(cast: Cast, lead: Lead, program: Programs) -> None:
    theirs = program(cast.owner, scopes=SCOPES)
    first, again = (post(theirs, f"/leads/{lead.number}/follow-ups", SAID, once="a") for _ in range(2))
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"way": "fax"}, "/way"),
        ({"at": "2020-01-01T00:00:00+08:00"}, "/at"),
        ({"at": "2999-01-01T00:00:00+08:00"}, "/at"),
        ({"feedback": "客" * (LONGEST + 1)}, "/feedback"),
        ({"contacts": ["韩梅梅"]}, "/contacts"),
        ({"next": {"due_on": "2020-01-01"}}, "/due_at"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    cast: Cast, lead: Lead, program: Programs, wrong: dict[str, Any], pointer: str
) -> None:
    answer = post(program(cast.owner, scopes=SCOPES), f"/leads/{lead.number}/follow-ups", {**SAID, **wrong})
    assert answer.status_code in {400, 422}
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert not FollowUp.objects.exists()
    assert not NextAction.objects.exists()


def test_who_does_not_see_or_work_on_it_logs_nothing(cast: Cast, lead: Lead, program: Programs) -> None:
    path = f"/leads/{lead.number}/follow-ups"
    assert post(program(cast.stranger, scopes=SCOPES), path, SAID).status_code == 404
    assert post(program(cast.exec, scopes=SCOPES), path, SAID).status_code == 403
    assert post(program(cast.owner, scopes=("leads:read",)), path, SAID).status_code == 403
    assert not FollowUp.objects.exists()


def test_words_and_people_are_masked_like_the_contact(cast: Cast, lead: Lead, program: Programs) -> None:
    path = f"/leads/{lead.number}/follow-ups"
    post(program(cast.owner, scopes=SCOPES), path, {**SAID, "contacts": ["王敏"]})
    (seen,) = program(cast.exec, scopes=SCOPES).get(path).json()["follow_ups"]
    assert (seen["feedback"], seen["contacts"], seen["way"], seen["need"]) == ("", [], "phone", True)
