"""Who gets which page."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import a_lead
from tests.pages.conftest import SignedIn

OPEN, HIDDEN, FORBIDDEN = 200, 404, 403

PEOPLE = ("owner", "teammate", "manager", "stranger", "marketing", "ops", "exec", "admin")
PAGES = {
    "/": dict.fromkeys(PEOPLE, OPEN),
    "/leads/": dict.fromkeys(PEOPLE, OPEN),
    "/leads/filters/": dict.fromkeys(PEOPLE, OPEN),
    "/leads/columns/": dict.fromkeys(PEOPLE, OPEN),
    "/pipeline/": dict.fromkeys(PEOPLE, OPEN),
    "/search/": dict.fromkeys(PEOPLE, OPEN),
    "/accounts/preferences/": dict.fromkeys(PEOPLE, OPEN),
    "/leads/export.csv": dict.fromkeys(PEOPLE, OPEN) | {"admin": FORBIDDEN},
    "/leads/new/": dict.fromkeys(PEOPLE, OPEN) | {"exec": FORBIDDEN, "admin": FORBIDDEN},
    "/accounts/people/": dict.fromkeys(PEOPLE, FORBIDDEN) | {"admin": OPEN},
    "/accounts/people/new/": dict.fromkeys(PEOPLE, FORBIDDEN) | {"admin": OPEN},
    "/leads/LX-1/": dict.fromkeys(PEOPLE, OPEN) | dict.fromkeys(("teammate", "stranger", "admin"), HIDDEN),
    "/leads/LX-1/edit/": dict.fromkeys(("owner", "manager", "ops"), OPEN)
    | dict.fromkeys(("teammate", "stranger", "admin"), HIDDEN)
    | dict.fromkeys(("marketing", "exec"), FORBIDDEN),
    "/leads/LX-1/assign/": dict.fromkeys(("manager", "ops"), OPEN)
    | dict.fromkeys(("teammate", "stranger", "admin"), HIDDEN)
    | dict.fromkeys(("owner", "marketing", "exec"), FORBIDDEN),
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("page", PAGES)
def test_each_role_gets_what_it_may(page: str, who: str, cast: Cast, signed_in: SignedIn) -> None:
    a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)
    answer = signed_in(cast.everybody()[who]).get(page)
    assert answer.status_code == PAGES[page][who]


@pytest.mark.parametrize("page", [*PAGES, "/leads/count/", "/pipeline/cards/"])
def test_a_visitor_is_sent_to_the_sign_in(page: str, db: None) -> None:
    answer = Client().get(page)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/sign-in/?next=")


def test_health_needs_no_sign_in(db: None) -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


@pytest.mark.slow
def test_the_navigation_has_no_place_that_the_role_may_not_use(cast: Cast, signed_in: SignedIn) -> None:
    for who in cast.everybody().values():
        client = signed_in(who)
        for item in client.get("/").context["navigation"]:
            assert client.get(item.url).status_code == 200, (who, item.url)
