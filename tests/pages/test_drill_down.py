"""Every number of the analysis pages opens a list of exactly as many leads, for every reader."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, a_won_lead, at_stage, hours
from tests.pages.conftest import SignedIn

from leadloop.leads.operations import reopen_lead

LINK = re.compile(r'href="(/leads/\?[^"]+)"[^>]*>\s*([\d,]+)\s*<')


@pytest.fixture
def leads(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.STORE = tmp_path
    place = {"owner": cast.owner, "team": cast.key_accounts, "channel": a_channel()}
    for _ in range(3):
        at_stage(a_lead(**place, industry="制造业"), "screened", now=NOW + hours(1))
    a_won_lead(**place)
    lost = a_lost_lead(**place, industry="服务业")
    reopen_lead(lead=lost, reason="new budget", actor=None, now=NOW + hours(5))
    at_stage(at_stage(a_lead(**place), "need", now=NOW + hours(1)), "screened", now=NOW + hours(2))
    a_lost_lead(owner=cast.stranger, team=cast.south)
    a_lead()


@pytest.mark.usefixtures("leads")
@pytest.mark.parametrize(
    "who",
    ["owner", *(pytest.param(who, marks=pytest.mark.slow) for who in ("manager", "stranger", "ops", "exec"))],
)
@pytest.mark.parametrize("page", ["conversion", "funnel"])
def test_the_list_has_as_many_leads_as_the_figure_says(
    page: str, who: str, cast: Cast, signed_in: SignedIn
) -> None:
    client = signed_in(cast.everybody()[who])
    content = client.get(f"/analysis/{page}/?period=2026-06").content.decode()
    links = [(unescape(address), figure) for address, figure in LINK.findall(content)]
    assert links
    assert [(address, opened(client, address)) for address, _figure in links] == [
        (address, (figure, figure)) for address, figure in links
    ]


def opened(client: Client, address: str) -> tuple[str, str]:
    """What the banner says, and what the list counts."""
    page = client.get(address)
    assert page.status_code == 200, address
    return f"{page.context['drilled'].count:,}", page.context["total"]
