"""Pages ask the database as often for three rows as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.factories import a_channel, a_lead
from tests.pages.conftest import SignedIn

LIST_LIMIT = 13
"""One of them is the bell's."""
FILTERED = "/leads/?state=open&owner={owner}&team={team}&stage=captured&channel={channel}&grade=A&q=华信"


def queries(client: Client, address: str) -> int:
    # What rarely changes is kept in memory, and has just been changed by the test.
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def leads(cast: Cast, count: int, **facts: object) -> None:
    for _ in range(count):
        a_lead(owner=cast.owner, team=cast.key_accounts, channel=a_channel(), grade="A", **facts)


@pytest.mark.parametrize("who", ["owner", "manager", "marketing", "ops"])
@pytest.mark.parametrize("address", ["/", "/leads/", "/pipeline/", "/search/?q=华信"])
def test_three_rows_cost_what_one_does(address: str, who: str, cast: Cast, signed_in: SignedIn) -> None:
    client = signed_in(cast.everybody()[who])
    leads(cast, 1)
    one = queries(client, address)
    leads(cast, 2)
    assert queries(client, address) == one


@pytest.mark.parametrize("who", ["owner", "manager", "ops"])
def test_the_list_with_every_filter_stays_below_its_limit(who: str, cast: Cast, signed_in: SignedIn) -> None:
    leads(cast, 3)
    address = FILTERED.format(owner=cast.owner.pk, team=cast.key_accounts.pk, channel=a_channel().pk)
    assert queries(signed_in(cast.everybody()[who]), address) <= LIST_LIMIT


def test_a_lead_page_costs_the_same_however_long_its_history(cast: Cast, signed_in: SignedIn) -> None:
    from tests.factories import NOW, hours

    from leadloop.leads.operations import log_follow_up

    lead = a_lead(number="LX-1", owner=cast.owner, team=cast.key_accounts)
    log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(1), note="first call")
    client = signed_in(cast.ops)
    one = queries(client, "/leads/LX-1/")
    for number in range(2, 5):
        log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(number), note="again")
    assert queries(client, "/leads/LX-1/") == one
