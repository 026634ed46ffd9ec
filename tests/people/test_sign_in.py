from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from tests.cast import Cast
from tests.factories import PASSWORD, a_user

from leadloop.people.models import User

SIGN_IN = "/accounts/sign-in/"


@pytest.fixture
def wang(cast: Cast) -> User:
    return a_user("wang", password=PASSWORD)


def attempt(client: Client, username: str, password: str, address: str = "203.0.113.7") -> int:
    answer = client.post(SIGN_IN, {"username": username, "password": password}, REMOTE_ADDR=address)
    return answer.status_code


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_right_password_signs_in(wang: User) -> None:
    client = Client()
    assert attempt(client, "wang", PASSWORD) == 302
    assert signed_in(client)


def test_after_repeated_failures_the_name_is_locked_from_that_address_only(wang: User) -> None:
    client = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt(client, "wang", "wrong")
    assert attempt(client, "wang", PASSWORD) == 429
    assert not signed_in(client)
    elsewhere = Client()
    assert attempt(elsewhere, "wang", PASSWORD, address="198.51.100.2") == 302
    assert signed_in(elsewhere)


def test_a_success_forgets_the_failures_before_it(wang: User) -> None:
    for _ in range(2):
        client = Client()
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            attempt(client, "wang", "wrong")
        assert attempt(client, "wang", PASSWORD) == 302


def test_whoever_left_cannot_sign_in(wang: User) -> None:
    User.objects.filter(pk=wang.pk).update(is_active=False)
    client = Client()
    attempt(client, "wang", PASSWORD)
    assert not signed_in(client)


def test_the_session_of_whoever_left_ends(cast: Cast, client_for: object) -> None:
    client = client_for(cast.ops)
    assert client.get("/leads/").status_code == 200
    User.objects.filter(pk=cast.ops.pk).update(is_active=False)
    assert client.get("/leads/").status_code == 302


@pytest.mark.parametrize(
    "path", ["/", "/leads/", "/leads/LX2026000001/", "/imports/new/", "/analysis/funnel/"]
)
def test_every_page_is_behind_the_sign_in(db: None, path: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{SIGN_IN}?next={path}")


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in(db: None) -> None:
    answer = Client().get("/leads/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, f"{SIGN_IN}?next=/leads/")


@pytest.mark.parametrize("path", [SIGN_IN, "/healthz"])
def test_these_are_open_and_run_nothing_from_elsewhere(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
