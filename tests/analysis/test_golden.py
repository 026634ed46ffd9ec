"""The printed tables of the source documents, to the last figure, from their lead-level exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.analysis.golden import FOLDER, golden

from leadloop.analysis import Journeys, conversion, funnel
from leadloop.analysis.documents import as_json

PRIORITIES = {"high: needs support": "support"}


def expected(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / f"{name}_expected.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module", params=["by hand", "by intake"])
def open_golden(request: pytest.FixtureRequest) -> Any:
    def from_file(name: str) -> Journeys:
        return Journeys.from_csv(Path(FOLDER) / f"{name}_leads.csv")

    return golden if request.param == "by hand" else from_file


def test_table_1(open_golden: Any) -> None:
    table = expected("table1")
    found = conversion(
        open_golden("table1"), period="2026-06", compare="2026-05", by="source,industry+size,team"
    )
    rows = {(row.dimension, row.value): row for row in found.rows}
    for dimension, value, leads, deals, rate, change, priority in table["rows"]:
        row = rows[dimension, value]
        assert row.rate is not None
        assert row.change is not None
        assert (row.leads, row.deals) == (leads, deals)
        assert (round(row.rate * 100, 1), round(row.change * 100, 1)) == (rate, change)
        assert row.priority == PRIORITIES.get(priority, priority)


def test_table_1_with_two_of_three_teams_is_held_against_those_two() -> None:
    from leadloop.analysis import Filter

    found = conversion(
        golden("table1"),
        period="2026-06",
        compare="2026-05",
        by="team",
        filters=[Filter("team", ("A团队", "B团队"))],
    )
    assert found.dimension_rates == {"team": 160 / 800}
    assert {row.value: row.priority for row in found.rows} == {"A团队": "none", "B团队": "support"}


def test_table_2(open_golden: Any) -> None:
    table = expected("table2")
    journeys = open_golden("table2")
    found = funnel(journeys)
    names = {stage.key: stage.name for stage in journeys.stages}
    assert [names[row.stage] for row in found.rows] == [row[0] for row in table["rows"]]
    for row, (_, entered, lost, loss_rate, reasons) in zip(found.rows, table["rows"], strict=True):
        assert (row.entered, row.lost) == (entered, lost)
        assert (round(row.loss_rate * 100, 1) if row.loss_rate is not None else None) == loss_rate
        shares = [[reason.reason, round(reason.share * 100)] for reason in row.top_reasons]
        assert shares[: len(reasons)] == reasons
    assert names[found.worst or ""] == "需求沟通"


def test_json_has_the_shape_that_was_agreed(open_golden: Any) -> None:
    journeys = open_golden("table2")
    found = as_json(
        conversion=conversion(journeys, by="industry+size"), funnel=funnel(journeys), stages=journeys.stages
    )
    assert {"population", "conversion", "funnel", "expected", "data_quality", "warnings"} <= set(found)
    assert {"leads", "excluded", "period", "basis", "as_of"} <= set(found["population"])
    assert {
        "dimension", "value", "leads", "deals", "rate", "rate_interval", "change", "change_interval",
        "change_clear", "priority", "mature", "won_amount",
    } <= set(found["conversion"][0])  # fmt: skip
    assert {
        "stage", "entered", "advanced", "lost", "open", "returned", "loss_rate", "conversion", "cumulative",
        "dwell_median_days", "dwell_p90_days", "top_reasons",
    } <= set(found["funnel"][0])  # fmt: skip
    assert set(found["funnel"][1]["top_reasons"][0]) == {"reason", "count", "share"}
    assert {"horizon_days", "won_so_far", "expected", "interval"} <= set(found["expected"])
    assert "制造业/大型企业" in {row["value"] for row in found["conversion"]}
    assert json.loads(json.dumps(found)) == found
