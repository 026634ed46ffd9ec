"""Cases small enough to count on one's fingers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.analysis.fold.lives import event, folded, lead

from leadloop.analysis import Filter, Scope, Visibility, conversion
from leadloop.analysis.library import Journeys
from leadloop.analysis.methods.newcombe import newcombe
from leadloop.analysis.methods.wilson import wilson
from leadloop.foundation.errors import UsageError


def leads(
    count: int, won: int = 0, start: int = 1, at: float = 0, **facts: Any
) -> tuple[list[Any], list[Any]]:
    """``count`` leads captured on day ``at``; the first ``won`` are won ten days later, the others lost."""
    from tests.analysis.fold.lives import day

    rows = [lead(start + i, captured_at=day(at), **facts) for i in range(count)]
    events = [
        event("won" if i < won else "lost", at + 10, lead_id=start + i, amount=1000.0 if i < won else None)
        for i in range(count)
    ]
    return rows, events


def together(*parts: tuple[list[Any], list[Any]], as_of: float = 100) -> Journeys:
    return folded(
        *(one for _, events in parts for one in events),
        leads=[one for rows, _ in parts for one in rows],
        as_of=as_of,
    )


def test_rate_interval_change() -> None:
    # Day 0 is 2 March 2026; 30 days later is April.
    journeys = together(leads(40, 8), leads(50, 20, start=100, at=30))
    row = conversion(journeys, period="2026-04", compare="2026-03").overall
    assert (row.leads, row.deals, row.rate) == (50, 20, 0.4)
    assert (row.compare_leads, row.compare_deals) == (40, 8)
    assert row.rate_interval == wilson(20, 50)
    assert row.change == pytest.approx(0.2)
    assert row.change_interval == newcombe(20, 50, 8, 40)
    assert row.change_clear is True
    assert (row.won_amount, row.average_deal, row.median_cycle_days) == (20_000.0, 1000.0, 10.0)


def test_amounts_of_several_currencies_are_not_added() -> None:
    journeys = together(
        leads(10, 4, currency="CNY", expected_amount=2000.0),
        leads(5, 3, start=100, currency="USD", expected_amount=500.0),
        leads(2, 1, start=200),
    )
    found = conversion(journeys, by="source", customers=True)
    assert (found.overall.leads, found.overall.deals) == (17, 8)
    # Four in CNY, and the one that names no currency.
    assert (found.overall.won_amount, found.overall.average_deal) == (5_000.0, 1000.0)
    assert found.overall.high_value_leads == 10
    said = [one for one in found.warnings if "currency" in one.params]
    assert [(one.params["currency"], one.params["others"], one.params["leads"]) for one in said] == [
        ("CNY", "USD", 5)
    ]
    dollars = conversion(journeys, scope=Scope(as_of=journeys.as_of, filters=(Filter("currency", ("USD",)),)))
    assert (dollars.overall.leads, dollars.overall.won_amount) == (5, 3_000.0)
    assert not [one for one in dollars.warnings if "currency" in one.params]
    by_currency = conversion(journeys, by="currency")
    assert {row.value: row.won_amount for row in by_currency.rows} == {
        "CNY": 4000.0,
        "USD": None,
        None: 1000.0,
    }


def test_amounts_in_one_currency_need_no_warning() -> None:
    found = conversion(together(leads(10, 4, currency="USD"), leads(2, 1, start=200)), by="source")
    assert found.overall.won_amount == 5_000.0
    assert not [one for one in found.warnings if "currency" in one.params]


def test_no_leads_give_no_data_and_no_error() -> None:
    journeys = together(leads(3, 1))
    found = conversion(journeys, period="2020", compare="2019", by="source,month")
    row = found.overall
    assert (row.leads, row.rate, row.rate_interval, row.change, row.average_deal) == (
        0,
        None,
        None,
        None,
        None,
    )
    assert (row.change_clear, row.priority, row.median_cycle_days, found.rows) == (None, None, None, ())
    assert found.expected.expected is None
    assert [str(one) for one in found.warnings] == ["There are no leads in this period with these filters."]


def test_overall_of_a_dimension_leaves_out_rows_without_a_value() -> None:
    journeys = together(
        leads(20, 10, source="fair"), leads(20, 2, start=50), leads(20, 4, start=90, source="web")
    )
    found = conversion(journeys, by="source")
    assert found.dimension_rates == {"source": 14 / 40}
    assert found.overall.rate == 16 / 60
    assert [(row.value, row.leads) for row in found.rows] == [("fair", 20), ("web", 20), (None, 20)]
    assert found.rows[-1].priority is None


def test_two_columns_joined() -> None:
    journeys = together(
        leads(2, 1, industry="制造业", size="大型企业"), leads(1, 0, start=9, industry="制造业")
    )
    rows = conversion(journeys, by="industry+size").rows
    assert [(row.value, row.values) for row in rows] == [
        ("制造业/大型企业", ("制造业", "大型企业")),
        ("制造业/", ("制造业", None)),
    ]


def test_small_rows_are_marked() -> None:
    rows = conversion(
        together(leads(19, 1, source="a"), leads(20, 1, start=50, source="b")), by="source"
    ).rows
    assert {row.value: row.small for row in rows} == {"a": True, "b": False}


def test_maturity_by_the_youngest_lead() -> None:
    # Everybody is decided after 10 days, but one lead of April is open.
    journeys = together(
        leads(40, 8), leads(5, 1, at=30, start=100), ([lead(500, captured_at=_day(31))], []), as_of=40
    )
    found = conversion(journeys, by="month")
    assert found.maturity_days == 10.0
    assert {row.value: row.mature for row in found.rows} == {"2026-03": True, "2026-04": False}
    later = conversion(_again(as_of=42), by="month")
    assert {row.value: row.mature for row in later.rows} == {"2026-03": True, "2026-04": True}


def _day(number: float) -> Any:
    from tests.analysis.fold.lives import day

    return day(number)


def _again(as_of: float) -> Journeys:
    return together(
        leads(40, 8), leads(5, 1, at=30, start=100), ([lead(500, captured_at=_day(31))], []), as_of=as_of
    )


def test_young_cohort_is_said_to_be_young() -> None:
    found = conversion(_again(as_of=40), period="2026-04")
    assert not found.overall.mature
    texts = [str(one) for one in found.warnings]
    assert any("can still rise" in text for text in texts)
    assert any("for 90 days" in text for text in texts)
    assert "The period is not over yet." in texts


def test_activity_counts_what_was_decided_in_the_period() -> None:
    journeys = together(leads(10, 4, at=25), leads(6, 1, start=50, at=3))
    found = conversion(journeys, period="2026-04", basis="activity")
    assert (found.overall.leads, found.overall.deals, found.overall.mature) == (10, 4, True)
    assert found.expected.expected is None


def test_excluded_leads_are_counted_nowhere_else() -> None:
    rows, events = leads(10, 5)
    events += [
        event("invalidated", 20, lead_id=1),
        event("merged", 20, lead_id=2),
        event("withdrawn", 20, lead_id=3),
    ]
    found = conversion(together((rows, events)))
    assert (found.overall.leads, found.overall.deals) == (7, 2)
    assert found.population.excluded == {"invalid": 1, "merged": 1, "withdrawn": 1}
    assert found.population.leads == 7


def test_value_rate_counts_only_leads_whose_expected_amount_is_known() -> None:
    journeys = together(leads(2, 1, expected_amount=4000.0), leads(1, 1, start=9))
    row = conversion(journeys).overall
    assert (row.won_amount, row.value_rate) == (2000.0, 1000 / 8000)


def test_high_value_is_from_the_80th_percentile_on() -> None:
    parts = [leads(1, i % 2, start=i * 10, expected_amount=float(i)) for i in range(1, 6)]
    row = conversion(together(*parts)).overall
    # 1 … 5: the 80th percentile is 4.2, only the 5 reaches it.
    assert (row.high_value_leads, row.high_value_rate) == (1, 1.0)


def test_periods_of_different_length_are_said_to_be() -> None:
    found = conversion(
        together(leads(3, 1)), period="2026-03-01..2026-03-11", compare="2026-02-01..2026-02-21"
    )
    assert "different lengths (10 and 20 days)" in str(found.warnings[0])


def test_long_lists_say_that_they_are_cut() -> None:
    journeys = together(*(leads(1, 1, start=i * 2, source=f"channel {i:03}") for i in range(1, 206)))
    found = conversion(journeys, by="source")
    assert (len(found.rows), found.truncated) == (200, {"source": 5})
    assert str(found.warnings[-1]) == "source: 5 more rows with fewer leads are not listed."


def test_dimensions_with_many_values_give_the_same_in_several_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    from leadloop.analysis.metrics import tally

    parts = [
        leads(3, i % 3, start=i * 9, source=f"s{i % 4}", size=f"z{i % 3}", owner=f"o{i}")
        for i in range(1, 13)
    ]
    together_in_one = conversion(together(*parts), by="source,size+owner,month,source+size")
    monkeypatch.setattr(tally, "_COMBINATIONS", 4)
    assert tally.batches((("a",), ("b",), ("a", "c")), {"a": 1, "b": 1, "c": 5}) == [
        (("a",), ("b",)),
        (("a", "c"),),
    ]
    assert conversion(together(*parts), by="source,size+owner,month,source+size") == together_in_one


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        (Visibility.all(), 6),
        (Visibility.nothing(), 0),
        (Visibility(owner_ids=frozenset({7})), 2),
        (Visibility(team_ids=frozenset({1})), 3),
        (Visibility(pool=True), 1),
        (Visibility(customers_of=frozenset({7})), 3),
        (Visibility(owner_ids=frozenset({7}), pool=True, team_ids=frozenset({2})), 4),
    ],
)
def test_visibility_is_the_union_of_its_parts(visibility: Visibility, expected: int) -> None:
    rows = [
        lead(1, owner="7", team="1", customer_id=10),
        lead(2, owner="8", team="1", customer_id=10),
        lead(3, owner="9", team="1", customer_id=20),
        lead(4, owner="7", team="2", customer_id=30),
        lead(5, owner="9", team="2", customer_id=None),
        lead(6, owner=None, team=None, customer_id=None),
        # An invalid lead makes nobody the owner of its customer.
        lead(7, owner="7", team="3", customer_id=20),
    ]
    journeys = folded(event("invalidated", 1, lead_id=7), leads=rows)
    found = conversion(journeys, visibility=visibility, by="current_owner")
    assert found.overall.leads == sum(row.leads for row in found.rows) == expected


def test_filters_and_no_value_among_them() -> None:
    journeys = together(
        leads(3, 1, source="fair"), leads(2, 1, start=20, source="web"), leads(4, 1, start=40)
    )
    assert conversion(journeys, filters=[Filter("source", ("fair",))]).overall.leads == 3
    assert conversion(journeys, filters=[Filter("source", ("web", None))]).overall.leads == 6
    assert conversion(journeys, filters=[Filter("source", ())]).overall.leads == 0
    assert conversion(journeys, filters=[Filter("month", ("2026-03",))]).overall.leads == 9
    assert conversion(journeys, filters=[Filter("week", ("2026-W11",))]).overall.leads == 0


def test_unknown_dimension_names_those_that_exist() -> None:
    with pytest.raises(UsageError, match=r"no dimension “colour”.*source.*month"):
        conversion(together(leads(1)), by="colour")
    with pytest.raises(UsageError, match="not a week"):
        conversion(together(leads(1)), filters=[Filter("week", ("soon",))])


def test_scope_or_keywords_not_both() -> None:
    from leadloop.analysis import Scope

    journeys = together(leads(1))
    with pytest.raises(UsageError, match="not both"):
        conversion(journeys, scope=Scope(as_of=journeys.as_of), period="2026")


def test_as_of_an_earlier_moment() -> None:
    from leadloop.analysis import Scope

    journeys = together(leads(10, 4))
    found = conversion(journeys, scope=Scope(as_of=_day(5)))
    assert (found.overall.leads, found.overall.deals, found.population.as_of) == (10, 0, _day(5))
