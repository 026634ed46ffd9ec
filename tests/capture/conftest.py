from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_channel

from leadloop.capture import quota
from leadloop.capture.models import PublicForm
from leadloop.capture.operations import FormFacts, create_form

FIELDS = [
    {"name": "contact", "label": "", "required": True},
    {"name": "phone", "label": "电话", "required": True},
    {"name": "customer", "label": "", "required": False},
    {"name": "email", "label": "", "required": False},
    {"name": "first_need", "label": "", "required": False},
]


@pytest.fixture(autouse=True)
def _nothing_held_back() -> Iterator[None]:
    quota.forget()
    yield
    quota.forget()


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of the queue of jobs: that somebody was asked to look."""
    from leadloop.capture.web import public

    calls: list[str] = []
    monkeypatch.setattr(public, "look_into_inbox", lambda: calls.append("look"))
    return calls


@pytest.fixture
def a_form(cast: Cast) -> Callable[..., PublicForm]:
    def make(**choices: Any) -> PublicForm:
        choices.setdefault("channel", a_channel("官网"))
        facts = FormFacts(**{"name": "官网咨询", "fields": FIELDS, **choices})
        return create_form(facts=facts, actor=cast.marketing, now=NOW)

    return make
