"""Random lives, many at once, folded by the engine and by plain Python: the same, every time."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.analysis.fold.lives import SHORT, STAGES, day, ends, table
from tests.analysis.fold.oracle import Life, endings, live

from leadloop.analysis import Filter, funnel
from leadloop.analysis.library import Journeys
from leadloop.analysis.tables import EVENT_COLUMNS, LEAD_COLUMNS

KINDS = (
    "registered",
    "stage", "stage", "stage",
    "lost", "won", "reopened", "assigned", "released",
    "invalidated", "validated", "merged", "unmerged", "withdrawn", "followed_up", "edited",
)  # fmt: skip
KEYS = {
    "general": [*(stage.key for stage in STAGES), "no such stage", None],
    "short": [*(stage.key for stage in SHORT), "no such stage", None],
}


def lives(seed: int, count: int = 150) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Many random leads at once: one run of the engine costs as much for two hundred as for one."""
    draw = Random(seed)
    leads, events = [], []
    for number in range(1, count + 1):
        process = draw.choice(["general", "short"])
        leads.append(
            {
                "lead_id": number,
                "number": str(number),
                "process": process,
                "captured_at": day(draw.randint(0, 3)),
                "owner": draw.choice(["ann", None]),
                "team": draw.choice(["north", None]),
            }
        )
        kinds = draw.choices(KINDS, k=draw.randint(0, 9))
        if "registered" in kinds:
            kinds = ["registered", *(kind for kind in kinds if kind != "registered")]
        events += [_event(draw, number, process, kind) for kind in kinds]
    order = draw.sample(range(1, len(events) + 1), len(events))
    return leads, [{**one, "sequence": i} for one, i in zip(events, order, strict=True)]


def _event(draw: Random, number: int, process: str, kind: str) -> dict[str, Any]:
    return {
        "lead_id": number,
        "kind": kind,
        # Whole days, so that equal times are common; some before capture.
        "occurred_at": day(draw.randint(0, 8)),
        "stage": draw.choice(KEYS[process]),
        "reason": draw.choice(["price", "no need", None]),
        "amount": draw.choice([100.0, 250.0, None]),
        "owner": draw.choice(["bea", "carl", None]),
        "team": draw.choice(["south", None]),
    }


FEW = settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])


@pytest.mark.parametrize("canonical", [False, True])
@FEW
@given(seed=st.integers(0, 2**32), cut=st.integers(0, 8))
def test_fold_equals_plain_python(canonical: bool, seed: int, cut: int) -> None:
    leads, events = lives(seed)
    journeys = _journeys(leads, events, cut)
    journeys = journeys.on_canonical_steps() if canonical else journeys
    wide = {row["lead_id"]: row for row in journeys.journeys.to_pyarrow().to_pylist()}
    visits = journeys.visits.order_by("lead_id", "visit").to_pyarrow().to_pylist()
    own = {number: [event for event in events if event["lead_id"] == number] for number in range(1, 151)}
    expected = {
        lead["lead_id"]: live(lead, own[lead["lead_id"]], ALL, day(cut), canonical=canonical)
        for lead in leads
    }
    assert set(wide) == {number for number, life in expected.items() if life is not None}
    for number, row in wide.items():
        life = expected[number]
        assert life is not None
        _same_life(row, [one for one in visits if one["lead_id"] == number], life, own[number])


ALL = (*STAGES, *SHORT)


def _journeys(leads: list[dict[str, Any]], events: list[dict[str, Any]], cut: int) -> Journeys:
    return Journeys.from_tables(
        leads=table(leads, LEAD_COLUMNS),
        events=table(events, EVENT_COLUMNS),
        stages=ALL,
        as_of=day(cut),
    )


def _same_life(
    row: dict[str, Any], visits: list[dict[str, Any]], life: Life, events: list[dict[str, Any]]
) -> None:
    height = 6
    assert [
        (one["position"], one["entered_at"], one["left_at"], one["ending"], one["reason"]) for one in visits
    ] == [(one.position, one.entered, one.left, one.ending, one.reason) for one in life.stays], events
    assert [one["visit"] for one in visits] == list(range(1, len(visits) + 1))
    places = [one["position"] for one in visits]
    assert [one["again"] for one in visits] == [place in places[i + 1 :] for i, place in enumerate(places)]
    assert ends(row, height) == endings(life, height), events
    assert row["outcome"] == life.outcome
    assert row["position"] == life.stays[-1].position
    assert row["reached"] == max(stay.position for stay in life.stays)
    decided = life.stays[-1].left if life.outcome != "open" else None
    assert row["decided_at"] == decided
    assert row["won_at"] == (decided if life.outcome == "won" else None)
    assert row["lost_at"] == (decided if life.outcome == "lost" else None)
    assert row["reason"] == (life.stays[-1].reason if life.outcome == "lost" else None)
    assert row["lost_position"] == (life.stays[-1].position if life.outcome == "lost" else None)
    assert row["amount"] == (life.amount if life.outcome == "won" else None)
    assert (row["current_owner"], row["current_team"]) == (life.owner, life.team)
    assert row["in_pool"] == (life.owner is None)
    rank = ("withdrawn", "merged", "invalid")
    assert row["excluded"] == next((why for why in rank if why in life.excluded), None)
    assert row["early"] == life.early
    for k in range(1, height + 1):
        own = [stay for stay in life.stays if stay.position == k]
        beyond = [stay.entered for stay in life.stays if stay.position >= k]
        assert row[f"entered_{k}"] == min(beyond, default=None)
        skipped = min(beyond, default=None)
        assert row[f"left_{k}"] == (own[-1].left if own else skipped)
        ended = own and own[-1].left is not None and own[-1].ending != "won"
        assert row[f"dwell_{k}"] == (_hundredths(own[-1].left - own[-1].entered) if ended else None)


def _hundredths(length: timedelta) -> int:
    return round(length / timedelta(days=1) * 100)


@FEW
@given(seed=st.integers(0, 2**32))
def test_entered_is_what_became_of_them(seed: int) -> None:
    """Invariant: entered = advanced + lost + still here + went back, for every stage and filter."""
    journeys = _journeys(*lives(seed), 8)
    for process, basis, period in product(
        ("general", "short", None), ("cohort", "activity"), (None, "2026-03-03..2026-03-08")
    ):
        scope = {"process": process, "basis": basis, "period": period}
        filters = (Filter("owner", ("ann",)),) if period else ()
        rows = funnel(journeys, **scope, filters=filters).rows
        assert any(row.entered for row in rows)
        for row in rows:
            assert row.entered == row.advanced + (row.lost or 0) + row.open + row.returned
            assert row.skipped <= row.advanced
            assert sum(reason.count for reason in row.top_reasons) <= (row.lost or 0)
