from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW
from tests.notices.things import ChatServer, MailServer, Watch, chat_server, mail_server, use_mail

from leadloop.notices import waking
from leadloop.notices.models import Endpoint
from leadloop.notices.operations import GroupFacts, add_group


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of the queue of jobs: that somebody was asked to look."""
    calls: list[str] = []
    monkeypatch.setattr(waking, "_wake", lambda: calls.append("look"))
    monkeypatch.setattr(waking, "_last", -10.0)
    monkeypatch.setattr(waking, "EVERY", 0.0)
    return calls


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def mails(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        use_mail(settings, server.port)
        yield server


@pytest.fixture
def chat(settings: Any) -> Iterator[ChatServer]:
    settings.ALLOW_PRIVATE_ADDRESSES = True
    with chat_server() as server:
        yield server


@pytest.fixture
def a_group(cast: Cast) -> Callable[..., Endpoint]:
    def make(address: str, **facts: Any) -> Endpoint:
        values = {"name": "北区群", "team": None, "kinds": ["test.plain"], "language": "en", **facts}
        return add_group(facts=GroupFacts(address=address, **values), actor=cast.ops, now=NOW)

    return make
