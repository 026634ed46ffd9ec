from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from tests.factories import NOW

from leadloop.capture import quota
from leadloop.people.models import User
from leadloop.people.tokens import create_token


@dataclass(frozen=True, slots=True)
class Program:
    """Something that talks to the API with a token."""

    key: str
    client: Client

    def post(self, body: Any, *, once: str = "", kind: str = "application/json", **headers: str) -> Any:
        data = body if isinstance(body, str | bytes) else json.dumps(body, ensure_ascii=False)
        if once:
            headers["Idempotency-Key"] = once
        return self.client.post("/api/v1/leads", data, content_type=kind, headers=self._with(headers))

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query, headers=self._with({}))

    def _with(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Accept-Language": "en", **headers}


@pytest.fixture(autouse=True)
def _nothing_held_back() -> Iterator[None]:
    quota.forget()
    yield
    quota.forget()


@pytest.fixture
def program() -> Callable[..., Program]:
    def make(
        user: User, *, scopes: tuple[str, ...] = ("leads:write", "leads:read"), **choices: Any
    ) -> Program:
        _token, key = create_token(user=user, name="website", scopes=scopes, actor=user, now=NOW, **choices)
        return Program(key, Client())

    return make
