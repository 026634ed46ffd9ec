"""How long won leads needed at most for a stage, for a share of them, against a computation by hand."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from leadloop.analysis import Journeys
from leadloop.analysis.metrics.usual import usual_dwell
from leadloop.analysis.scope import Scope
from leadloop.analysis.synthetic import generate
from leadloop.analysis.tables import UNITS_PER_DAY, Ending, Outcome


@pytest.fixture(scope="module")
def journeys() -> Journeys:
    leads, events, stages = generate(3_000)
    return Journeys.from_tables(leads=leads, events=events, stages=stages)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.95])
def test_the_usual_dwell_is_the_smallest_length_that_so_many_stayed_below(
    journeys: Journeys, share: float
) -> None:
    rows = journeys.journeys.to_pyarrow().to_pylist()
    lengths: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        if row["outcome"] == Outcome.WON and row["excluded"] is None:
            for k in range(1, 7):
                if row[f"dwell_{k}"] is not None:
                    lengths[k].append(row[f"dwell_{k}"])

    found = usual_dwell(journeys, Scope(as_of=journeys.as_of, process="general"), 6, share=share)

    assert found.keys() == lengths.keys() == {1, 2, 3, 4, 5}
    for k, values in lengths.items():
        place = math.ceil(share * len(values) - 1e-9) - 1
        assert found[k].won == len(values)
        assert found[k].days == sorted(values)[place] / UNITS_PER_DAY


def test_visits_agree_where_nobody_came_twice(journeys: Journeys) -> None:
    """The same from the visits themselves, which the wide rows are made of."""
    won = {
        row["lead_id"]
        for row in journeys.journeys.to_pyarrow().to_pylist()
        if row["outcome"] == Outcome.WON and row["excluded"] is None
    }
    visits = journeys.visits.to_pyarrow().to_pylist()
    stayed = [
        row
        for row in visits
        if row["lead_id"] in won
        and not row["again"]
        and row["left_at"] is not None
        and row["ending"] in {Ending.ADVANCED, Ending.RETURNED, Ending.WON}
        and row["position"] == 3
    ]

    found = usual_dwell(journeys, Scope(as_of=journeys.as_of, process="general"), 6, share=0.8)

    assert found[3].won == len({row["lead_id"] for row in stayed})


def test_of_a_process_that_nobody_won_nothing_is_known(journeys: Journeys) -> None:
    nobody = Scope(as_of=journeys.as_of, process="other")

    assert usual_dwell(journeys, nobody, 6, share=0.8) == {}
