from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, a_won_lead, at_stage, hours

from leadloop.leads.models import Lead
from leadloop.leads.operations import invalidate_lead, reopen_lead


@pytest.fixture
def company(cast, settings, tmp_path) -> list[Lead]:
    """Two channels and some without, two teams, every outcome, a skip, a return, one invalid lead."""
    settings.STORE = tmp_path / "store"
    fair, site = a_channel("展会"), a_channel("官网")
    leads: list[Lead] = []
    for number in range(26):
        owner = (cast.owner, cast.teammate, cast.stranger)[number % 3]
        facts = {
            "owner": owner,
            "channel": (fair, site, None)[number % 4 % 3],
            "industry": ("制造业", "服务业", "")[number % 3],
            "size": ("大型企业", "中小企业")[number % 2],
            "now": NOW - hours(24 * number),
        }
        leads.append(one(number, facts))
    return leads


def one(number: int, facts: dict) -> Lead:
    now = facts["now"]
    if number % 5 == 0:
        return a_won_lead(**facts)
    if number % 5 == 1:
        lead = a_lost_lead(reason=("budget_too_small", "no_reply")[number % 2], **facts)
        return reopen_lead(lead=lead, reason="back", actor=None, now=now + hours(3)) if number == 6 else lead
    lead = a_lead(**facts)
    if number == 2:
        return invalidate_lead(lead=lead, reason="test", actor=None, now=now + hours(1))
    if number % 5 == 2:
        return at_stage(lead, "need", now=now + hours(2))
    if number % 5 == 3:
        at_stage(lead, "proposal", now=now + hours(2))
        return at_stage(lead, "screened", now=now + hours(4))
    return lead


@pytest.fixture
def read(client_for) -> Callable[..., str]:
    """The text of a page, as somebody sees it."""
    clients: dict[int, Client] = {}

    def get(user, address: str, status: int = 200) -> str:
        client = clients.setdefault(user.pk, client_for(user))
        answer = client.get(address, HTTP_ACCEPT_LANGUAGE="en")
        assert answer.status_code == status, answer.content[:2000]
        return answer.content.decode()

    return get
