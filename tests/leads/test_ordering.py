"""The order of long lists, and words asked of each lead by itself."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead

from leadloop.leads import ordering
from leadloop.leads.lookups import named_by
from leadloop.leads.models import Lead
from leadloop.leads.ordering import Cut, in_order
from leadloop.leads.queries import visible
from leadloop.leads.search import index
from leadloop.leads.search.index import Kind
from leadloop.leads.search.words import of_question

pytestmark = pytest.mark.usefixtures("process")


def some(count: int) -> list[Lead]:
    """From the oldest on; the older, the more it may be worth and the earlier its letter."""
    return [
        a_lead(
            number=f"N{place}",
            industry="abcdefgh"[place],
            expected_amount=Decimal(100 - place) if place else None,
            now=NOW - timedelta(days=count - place),
        )
        for place in range(count)
    ]


def numbers(found: ordering.Ordered) -> list[str]:
    return list(found.leads.values_list("number", flat=True))


def test_few_leads_are_all_in_order() -> None:
    some(4)
    found = in_order(Lead.objects.all(), "industry", down=False, nullable=False)
    assert (numbers(found), found.total, found.more, found.cut) == (["N0", "N1", "N2", "N3"], 4, False, "")


def test_of_more_than_the_window_the_newest_are_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "WINDOW", 3)
    some(5)
    found = in_order(Lead.objects.all(), "industry", down=False, nullable=False)
    assert (numbers(found), found.total, found.more, found.cut) == (["N2", "N3", "N4"], 3, True, Cut.NEWEST)


def test_an_order_with_an_index_is_of_all_that_have_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "WINDOW", 3)
    some(5)
    found = in_order(Lead.objects.all(), "expected_amount", down=True, nullable=True)
    assert (numbers(found), found.cut) == (["N1", "N2", "N3", "N4"], Cut.VALUED)
    by_number = in_order(Lead.objects.all(), "number", down=True, nullable=False)
    assert (numbers(by_number), by_number.cut) == (["N4", "N3", "N2", "N1", "N0"], Cut.NOTHING)


@pytest.mark.parametrize(
    "text", ["华信", "华信科技", "hx", "huaxin", "keji", "bei", "acme", "ac", "华 科技", "无"]
)
def test_words_asked_of_each_lead_find_what_the_index_finds(text: str) -> None:
    for name in ("北京华信科技有限公司", "华信电子", "上海科技华成", "Acme Tools GmbH", "北方重工"):
        a_lead(customer=name)
    terms = [term for part in of_question(text) for term in part]
    found = set(index.find(Kind.CUSTOMER, terms, 100))
    assert {lead.customer_id for lead in Lead.objects.filter(named_by(Kind.CUSTOMER, terms))} == found


@pytest.mark.parametrize("few", [0, 500])
def test_leads_of_own_customers_are_seen_however_many_there_are(
    few: int, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadloop.leads.permissions.FEW_CUSTOMERS", few)
    own = a_lead(customer="华信", owner=cast.owner, team=cast.key_accounts)
    shared = a_lead(customer="华信", owner=cast.stranger, team=cast.south)
    a_lead(customer="东方", owner=cast.stranger, team=cast.south)
    assert shared.customer_id == own.customer_id
    assert set(visible(cast.owner)) == {own, shared}
