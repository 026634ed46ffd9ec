"""Make a token for a program on its page, and revoke it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.cast import Cast
from tests.factories import NOW

from leadloop.foundation.errors import DataError, NotAllowed, NotFound
from leadloop.people.models import ApiToken, User
from leadloop.people.tokens import create_token, find_token, get_token, revoke_token

pytestmark = pytest.mark.django_db
Browsers = Callable[[User], Client]
DATA = {"name": "官网", "scopes": ["leads:write"], "per_minute": "600", "expires_on": ""}


def test_the_key_is_shown_once(cast: Cast, client_for: Browsers) -> None:
    browser, address = client_for(cast.owner), reverse("people:tokens")
    made = browser.post(address, DATA)
    key = re.search(r"ll_[\w-]{40,}", made.content.decode())
    assert key is not None
    assert made["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    found = find_token(key[0], now=NOW)
    assert found is not None
    assert found.user == cast.owner
    again = browser.get(address).content.decode()
    assert key[0] not in again
    assert "官网" in again
    assert key[0] not in str(browser.session.items())


def test_revoking(cast: Cast, client_for: Browsers) -> None:
    token, key = create_token(user=cast.owner, name="x", scopes=["leads:read"], actor=cast.owner, now=NOW)
    address = reverse("people:revoke_token", args=[token.pk])
    assert client_for(cast.teammate).post(address).status_code == 404
    assert find_token(key, now=NOW) is not None
    assert client_for(cast.owner).post(address).status_code == 302
    assert find_token(key, now=NOW) is None


def test_administrators_see_and_revoke_everybodys(cast: Cast, client_for: Browsers) -> None:
    token, _ = create_token(user=cast.owner, name="秋展", scopes=["leads:read"], actor=cast.owner, now=NOW)
    assert "秋展" in client_for(cast.admin).get(reverse("people:tokens")).content.decode()
    assert "秋展" not in client_for(cast.manager).get(reverse("people:tokens")).content.decode()
    revoke_token(token=token, actor=cast.admin, now=NOW)
    with pytest.raises(NotFound):
        get_token(cast.manager, token.pk)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"per_minute": 0}, "per_minute"),
        ({"expires_at": NOW}, "expires_on"),
    ],
)
def test_what_a_token_cannot_be(cast: Cast, wrong: dict[str, object], field: str) -> None:
    choices: dict[str, object] = {"name": "x", "scopes": ["leads:read"], **wrong}
    with pytest.raises(DataError) as caught:
        create_token(user=cast.owner, actor=cast.owner, now=NOW, **choices)  # type: ignore[arg-type]
    assert caught.value.field == field
    assert not ApiToken.objects.exists()


def test_nobody_makes_one_for_somebody_else(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        create_token(user=cast.ops, name="x", scopes=["leads:read"], actor=cast.owner, now=NOW)


def test_a_form_that_is_refused_keeps_what_was_typed(cast: Cast, client_for: Browsers) -> None:
    answer = client_for(cast.owner).post(reverse("people:tokens"), {**DATA, "scopes": []})
    assert answer.status_code == 422
    assert 'value="官网"' in answer.content.decode()
