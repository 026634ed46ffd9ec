"""Every figure opens to exactly the leads that it counts: their number is the figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.analysis.metrics.crowd import AS_OF, crowd

from leadloop.analysis import Figure, Filter, Scope, Visibility, conversion, funnel, lead_ids
from leadloop.foundation.errors import UsageError
from leadloop.foundation.period import Period

SCOPES = [
    Scope(as_of=AS_OF, period=Period.parse("2025-Q2"), compare=Period.parse("2025-Q1")),
    Scope(as_of=AS_OF, period=Period.parse("2025-Q2"), compare=Period.parse("2025-Q1"), basis="activity"),
    Scope(
        as_of=AS_OF,
        compare=Period.parse("2025"),
        filters=(Filter("region", ("north", "west")), Filter("industry", (None,))),
        visibility=Visibility(owner_ids=frozenset(range(1, 40)), pool=True),
    ),
    Scope(as_of=datetime.fromisoformat("2025-03-01T00:00:00+08:00"), compare=Period.parse("2024-H2")),
]


def count(scope: Scope, **figure: Any) -> int:
    return len(lead_ids(crowd(), scope=scope, figure=Figure(**figure)))


@pytest.mark.parametrize("scope", SCOPES, ids=["cohort", "activity", "filtered", "as of"])
@pytest.mark.parametrize("dimension", [("source",), ("industry", "size"), ("month",)])
def test_rows(scope: Scope, dimension: tuple[str, ...]) -> None:
    from dataclasses import replace

    scope = replace(scope, dimensions=(dimension,))
    found = conversion(crowd(), scope=scope)
    assert found.overall.leads == count(scope, what="leads") > 0
    for row in (*found.rows[:3], *found.rows[-2:]):
        where = {"dimension": dimension, "values": row.values}
        assert row.leads == count(scope, what="leads", **where)
        assert row.deals == count(scope, what="deals", **where)
        assert row.compare_leads == count(scope, what="leads", of="compare", **where)
        assert row.compare_deals == count(scope, what="deals", of="compare", **where)
        left = count(scope, what="open", **where) + count(scope, what="lost_all", **where)
        assert row.leads - row.deals == left


@pytest.mark.parametrize("scope", SCOPES, ids=["cohort", "activity", "filtered", "as of"])
def test_stages(scope: Scope) -> None:
    for row in funnel(crowd(), scope=scope).rows:
        for what in ("entered", "advanced", "open", "returned", "skipped"):
            assert getattr(row, what) == count(scope, what=what, stage=row.stage)
        assert (row.lost or 0) == count(scope, what="lost", stage=row.stage)
        assert row.compare_entered == count(scope, what="entered", stage=row.stage, of="compare")
        for reason in row.top_reasons:
            assert reason.count == count(scope, what="reason", stage=row.stage, reason=reason.reason)


def test_ids_ascend() -> None:
    ids = lead_ids(crowd(), scope=SCOPES[0], figure=Figure("leads")).to_pylist()
    assert ids == sorted(ids)


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (Figure("leeds"), "no figure"),
        (Figure("leads", stage="need"), "no figure"),
        (Figure("lost", stage="nowhere"), "no stage"),
        (Figure("leads", dimension=("colour",), values=("red",)), "no dimension"),
    ],
)
def test_figures_that_do_not_exist(figure: Figure, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        lead_ids(crowd(), scope=SCOPES[0], figure=figure)


def test_comparison_that_was_not_asked_for() -> None:
    with pytest.raises(UsageError, match="no period to compare"):
        lead_ids(crowd(), scope=Scope(as_of=AS_OF), figure=Figure("leads", of="compare"))
