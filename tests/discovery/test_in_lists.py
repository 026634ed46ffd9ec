"""Lists show and ask how far the need is discovered."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cast import Cast
from tests.discovery.conftest import SignedIn
from tests.factories import NOW, a_lead, hours

from leadloop.discovery.models import Answer
from leadloop.discovery.operations import answer_all, remove
from leadloop.leads.models import Lead


@pytest.fixture
def four(cast: Cast) -> dict[str, Lead]:
    """Nothing, nothing any more, partly, completely."""
    leads = {
        name: a_lead(number=f"LX-{name}", owner=cast.owner, team=cast.key_accounts)
        for name in ("never", "emptied", "partly", "whole")
    }
    for name, parts in (("emptied", "s"), ("partly", "sp"), ("whole", "spin")):
        said = dict.fromkeys(parts, "said")
        answer_all(lead=leads[name], answers=said, actor=cast.owner, now=NOW + hours(1))
    remove(answer=Answer.objects.get(lead=leads["emptied"]), actor=cast.owner, now=NOW + hours(2))
    return leads


def numbers(page: Any) -> set[str]:
    text = page.content.decode()
    return {name for name in ("never", "emptied", "partly", "whole") if f">LX-{name}<" in text}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('["discovery","any",["none"]]', {"never", "emptied"}),
        ('["discovery","any",["partly"]]', {"partly"}),
        ('["discovery","any",["complete"]]', {"whole"}),
        ('["discovery","any",["none","partly"]]', {"never", "emptied", "partly"}),
        ('["discovery","none",["complete"]]', {"never", "emptied", "partly"}),
        ('["discovery","none",["none"]]', {"partly", "whole"}),
    ],
)
def test_a_list_asks_for_it(
    four: dict[str, Lead], cast: Cast, signed_in: SignedIn, condition: str, found: set[str]
) -> None:
    page = signed_in(cast.owner).get("/leads/", {"f": f'["and",{condition}]', "columns": "number"})
    assert numbers(page) == found


def test_a_list_shows_it_and_orders_by_it(four: dict[str, Lead], cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.owner).get("/leads/?columns=number&columns=discovery&sort=-discovery")
    text = page.content.decode()
    assert text.index(">SPIN<") < text.index(">SP<")
    assert ">S<" not in text


def test_a_value_that_does_not_exist_is_refused(cast: Cast, signed_in: SignedIn) -> None:
    page = signed_in(cast.owner).get("/leads/", {"f": '["and",["discovery","any",["much"]]]'})
    assert page.status_code == 400
