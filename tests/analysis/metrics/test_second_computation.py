"""Conversion and funnel once more, in SQL written by hand straight from what the words mean."""

from __future__ import annotations

from typing import Any

import pytest
from tests.analysis.metrics.crowd import AS_OF, crowd, sql

from leadloop.analysis import Filter, conversion, funnel
from leadloop.analysis.methods.aalen_johansen import aalen_johansen
from leadloop.analysis.methods.kaplan_meier import kaplan_meier
from leadloop.foundation.period import Period

NOW, BEFORE = Period.parse("2025-Q2"), Period.parse("2025-Q1")


def within(column: str, period: Period) -> str:
    return f"{column} >= '{period.starts_at}' AND {column} < '{period.ends_at}'"


@pytest.mark.parametrize("basis", ["cohort", "activity"])
@pytest.mark.parametrize("columns", [("source",), ("industry", "size"), ("team",)])
def test_conversion(basis: Any, columns: tuple[str, ...]) -> None:
    found = conversion(crowd(), period=NOW, compare=BEFORE, by="+".join(columns), basis=basis)
    moment = "captured_at" if basis == "cohort" else "decided_at"
    inside, beside = within(moment, NOW), within(moment, BEFORE)
    rows = sql(f"""
        SELECT {", ".join(columns)},
            count(*) FILTER ({inside}), count(*) FILTER ({inside} AND outcome = 'won'),
            count(*) FILTER ({beside}), count(*) FILTER ({beside} AND outcome = 'won'),
            sum(amount) FILTER ({inside} AND outcome = 'won'),
            median((epoch_us(decided_at) - epoch_us(captured_at)) / 86400e6) FILTER ({inside} AND outcome =
            'won'), sum(amount) FILTER ({inside} AND outcome = 'won' AND expected_amount IS NOT NULL)
                / sum(expected_amount) FILTER ({inside})
        FROM {{journeys}} WHERE excluded IS NULL GROUP BY {", ".join(columns)}
    """)
    expected = {row[: len(columns)]: row[len(columns) :] for row in rows}
    assert {row.values for row in found.rows} == set(expected)
    for row in found.rows:
        leads, deals, before_leads, before_deals, amount, cycle, by_value = expected[row.values]
        assert (row.leads, row.deals, row.compare_leads, row.compare_deals) == (
            leads,
            deals,
            before_leads,
            before_deals,
        )
        assert row.won_amount == (pytest.approx(amount) if amount is not None else None)
        assert row.median_cycle_days == (pytest.approx(cycle, abs=0.006) if cycle is not None else None)
        assert row.value_rate == pytest.approx(by_value or 0.0)
    assert sum(row.leads for row in found.rows) == found.overall.leads
    assert sum(row.deals for row in found.rows) == found.overall.deals


def test_high_value_leads() -> None:
    found = conversion(crowd(), period=NOW, by="source")
    ((bar,),) = sql("SELECT quantile_cont(expected_amount, 0.8) FROM {journeys} WHERE excluded IS NULL")
    rows = sql(f"""
        SELECT source, count(*), count(*) FILTER (outcome = 'won') FROM {{journeys}}
        WHERE excluded IS NULL AND {within("captured_at", NOW)} AND expected_amount >= {bar} GROUP BY source
    """)
    assert {(row.value, row.high_value_leads) for row in found.rows} == {row[:2] for row in rows}
    rates = {source: won / leads for source, leads, won in rows}
    assert {row.value: row.high_value_rate for row in found.rows} == pytest.approx(rates)


def test_customer_value() -> None:
    found = conversion(crowd(), period=NOW, by="source", customers=True)
    rows = sql(f"""
        WITH total AS (SELECT customer_id, sum(amount) AS total FROM {{journeys}}
                       WHERE excluded IS NULL AND outcome = 'won' GROUP BY 1),
        one AS (SELECT DISTINCT source, customer_id FROM {{journeys}}
                WHERE excluded IS NULL AND outcome = 'won' AND {within("captured_at", NOW)})
        SELECT source, avg(total) FROM one JOIN total USING (customer_id) GROUP BY 1
    """)
    assert {row.value: row.customer_value for row in found.rows} == pytest.approx(dict(rows))
    assert conversion(crowd(), period=NOW, by="source").rows[0].customer_value is None


def test_expected() -> None:
    found = conversion(crowd(), period=NOW).expected
    rows = sql(f"""
        SELECT CASE WHEN outcome = 'open'
                    THEN (epoch_us(TIMESTAMPTZ '{AS_OF}') - epoch_us(captured_at)) // 864000000
                    ELSE (epoch_us(decided_at) - epoch_us(captured_at) + 432000000) // 864000000 END AS t,
            count(*) FILTER (outcome = 'won'), count(*) FILTER (outcome = 'lost'), count(*) FILTER (outcome
            = 'open')
        FROM {{journeys}} WHERE excluded IS NULL AND {within("captured_at", NOW)} GROUP BY t ORDER BY t
    """)
    incidence = aalen_johansen(*zip(*rows, strict=True))
    assert found.expected == pytest.approx(incidence.at(9000)[0])
    assert found.interval == pytest.approx(incidence.interval(9000))
    assert found.won_so_far is not None
    assert found.expected is not None
    assert found.curve[-1][:2] == (90.0, pytest.approx(found.expected))


@pytest.mark.parametrize("basis", ["cohort", "activity"])
def test_funnel(basis: Any) -> None:
    found = funnel(
        crowd(), period=NOW, compare=BEFORE, basis=basis, filters=[Filter("size", ("large", None))]
    )
    for row in found.rows:
        k = row.position
        moment = "captured_at" if basis == "cohort" else f"entered_{k}"
        onward = f"entered_{k + 1} IS NOT NULL" if k < 6 else "false"
        base = "FROM {journeys} WHERE excluded IS NULL AND (size = 'large' OR size IS NULL)"
        entered = f"entered_{k} IS NOT NULL AND {within(moment, NOW)}"
        (counts,) = sql(f"""
            SELECT count(*), count(*) FILTER (end_{k} IN ('advanced', 'skipped', 'won')),
                count(*) FILTER (end_{k} = 'lost'), count(*) FILTER (end_{k} = 'open'),
                count(*) FILTER (end_{k} = 'returned'), count(*) FILTER (end_{k} = 'skipped'),
                count(*) FILTER ({onward}) / count(*)
            {base} AND {entered}
        """)
        assert (row.entered, row.advanced, row.lost or 0, row.open, row.returned, row.skipped) == counts[:6]
        assert row.conversion == (pytest.approx(counts[6]) if k < 6 else None)
        reasons = sql(f"""
            SELECT reason, count(*) AS n {base} AND {entered} AND end_{k} = 'lost'
            GROUP BY reason ORDER BY n DESC, reason LIMIT 3
        """)
        assert [(one.reason, one.count) for one in row.top_reasons] == reasons
        ((before,),) = sql(f"SELECT count(*) {base} AND entered_{k} IS NOT NULL AND {within(moment, BEFORE)}")
        assert row.compare_entered == before


@pytest.mark.parametrize("basis", ["cohort", "activity"])
def test_dwell_is_over_visits(basis: Any) -> None:
    found = funnel(crowd(), period=NOW, basis=basis)
    for row in found.rows[:-1]:
        moment = "captured_at" if basis == "cohort" else f"entered_{row.position}"
        visits = sql(f"""
            SELECT (epoch_us(coalesce(v.left_at, TIMESTAMPTZ '{AS_OF}')) - epoch_us(v.entered_at)
                    + CASE WHEN v.left_at IS NULL THEN 0 ELSE 432000000 END) // 864000000 AS units,
                count(*) FILTER (v.left_at IS NOT NULL), count(*) FILTER (v.left_at IS NULL)
            FROM {{visits}} v JOIN {{journeys}} j USING (lead_id)
            WHERE excluded IS NULL AND v.position = {row.position} AND {within("j." + moment, NOW)}
            GROUP BY units ORDER BY units
        """)
        survival = kaplan_meier(*zip(*visits, strict=True))
        median, late = survival.quantile(0.5), survival.quantile(0.9)
        assert row.dwell_median_days == (median / 100 if median is not None else None)
        assert row.dwell_p90_days == (late / 100 if late is not None else None)


def test_the_crowd_is_worth_testing_on() -> None:
    """Returns, skips, open leads, losses and excluded leads all occur."""
    found = funnel(crowd())
    assert any(row.returned for row in found.rows)
    assert any(row.skipped for row in found.rows)
    assert sum(row.open for row in found.rows) > 20
    assert set(found.population.excluded) == {"invalid", "merged"}
    ((again,),) = sql("SELECT count(*) FROM {visits} WHERE again")
    assert again > 20
