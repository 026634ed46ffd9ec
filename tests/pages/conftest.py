from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.template import engines
from django.test import Client
from tests.cast import Cast

from leadloop.people.models import User

SignedIn = Callable[[User], Client]


class Undeclared(str):
    """Stands where a template names something that its page does not declare."""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: Any) -> str:
        raise AssertionError(f"the template uses {name}, which its page does not declare")


@pytest.fixture(autouse=True)
def _only_declared_names(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engines["django"].engine  # type: ignore[attr-defined]
    monkeypatch.setattr(engine, "string_if_invalid", Undeclared())


@pytest.fixture
def signed_in(client_for: Callable[..., Client]) -> SignedIn:
    """A browser that asks for English."""
    return lambda user: client_for(user, HTTP_ACCEPT_LANGUAGE="en")


@pytest.fixture
def ops(cast: Cast, signed_in: SignedIn) -> Client:
    return signed_in(cast.ops)
