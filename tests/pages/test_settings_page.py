"""The settings page shows each role what it may set up, and nothing that it may not open."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from tests.cast import Cast

from leadloop.people.models import User

pytestmark = pytest.mark.django_db


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "a" and "setting" in (named.get("class") or "").split():
            self.found.append(named["href"] or "")


def links(client: Client) -> list[str]:
    parser = _Links()
    parser.feed(client.get("/settings/").content.decode())
    return parser.found


@pytest.mark.parametrize("who", ["owner", "manager", "marketing", "ops", "exec", "admin"])
def test_every_link_that_a_role_is_shown_opens(
    who: str, cast: Cast, client_for: Callable[[User], Client]
) -> None:
    client = client_for(getattr(cast, who))
    assert {address: client.get(address).status_code for address in links(client)} == dict.fromkeys(
        links(client), 200
    )


def test_who_sets_up_what(cast: Cast, client_for: Callable[[User], Client]) -> None:
    assert "/accounts/people/" in links(client_for(cast.admin))
    assert "/accounts/people/" not in links(client_for(cast.ops))
    assert "/imports/new/" in links(client_for(cast.ops))
    assert "/imports/new/" not in links(client_for(cast.owner))
