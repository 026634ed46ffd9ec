from __future__ import annotations

import pytest
from tests.analysis.fold.lives import SHORT, STAGES, event, folded, lead

from leadloop.analysis import conversion, funnel, quality
from leadloop.analysis.results import FunnelRow


def by_stage(rows: tuple[FunnelRow, ...]) -> dict[str, FunnelRow]:
    return {row.stage: row for row in rows}


def test_loss_of_the_entry_stage_is_not_said_when_nothing_was_decided_there() -> None:
    rows = by_stage(funnel(folded(event("stage", 1, "screened"), event("lost", 3, reason="price"))).rows)
    assert (rows["captured"].lost, rows["captured"].loss_rate, rows["captured"].loss_interval) == (
        None,
        None,
        None,
    )
    assert (rows["screened"].lost, rows["screened"].loss_rate) == (1, 1.0)
    assert (rows["signed"].lost, rows["signed"].loss_rate) == (None, None)


@pytest.mark.parametrize("events", [(), (event("lost", 3),)])
def test_loss_of_the_entry_stage_is_said_when_somebody_stands_or_was_lost_there(
    events: tuple[object, ...],
) -> None:
    rows = by_stage(funnel(folded(*events)).rows)
    assert rows["captured"].lost == len(events)


def test_empty_population_gives_no_data() -> None:
    found = funnel(folded(event("lost", 3)), period="2020", compare="2019")
    for row in found.rows:
        assert (row.entered, row.loss_rate, row.conversion, row.cumulative) == (0, None, None, None)
        assert (row.dwell_median_days, row.loss_change, row.compare_loss_rate) == (None, None, None)
    assert found.worst is None
    assert len(found.warnings) == 1


def test_several_processes_are_counted_on_canonical_steps() -> None:
    journeys = folded(
        event("stage", 2, "need", lead_id=1),
        event("stage", 2, "trial", lead_id=2),
        event("won", 5, lead_id=2),
        leads=[lead(1), lead(2, process="short")],
        stages=(*STAGES, *SHORT),
    )
    found = funnel(journeys)
    assert [row.entered for row in found.rows] == [2, 2, 2, 1, 1, 1]
    assert "six steps" in str(found.warnings[0])
    own = funnel(journeys, process="short")
    assert [(row.stage, row.entered) for row in own.rows] == [
        ("new", 1), ("demo", 1), ("trial", 1), ("contract", 1), ("done", 1)
    ]  # fmt: skip
    assert conversion(journeys, process="short").overall.leads == 1


def test_worst_stage_needs_twenty_entries() -> None:
    few = [event("lost", 3, "need", lead_id=i) for i in range(1, 6)]
    many = [event("stage", 1, "screened", lead_id=i) for i in range(6, 40)]
    lost = [event("lost", 3, "screened", lead_id=i) for i in range(6, 12)]
    journeys = folded(*few, *many, *lost, leads=[lead(i) for i in range(1, 40)])
    rows = by_stage(funnel(journeys).rows)
    assert (rows["need"].loss_rate, rows["need"].small) == (1.0, True)
    assert funnel(journeys).worst == "screened"


def test_cumulative_by_activity_is_the_product_of_the_conversions() -> None:
    journeys = folded(
        *(event("stage", 2, "screened", lead_id=i) for i in (1, 2, 3, 4)),
        *(event("stage", 4, "need", lead_id=i) for i in (1, 2)),
        leads=[lead(i) for i in range(1, 9)],
    )
    rows = funnel(journeys, basis="activity", period="2026-03").rows
    assert [(row.entered, row.conversion, row.cumulative) for row in rows[:3]] == [
        (8, 0.5, 1.0),
        (4, 0.5, 0.5),
        (2, 0.0, 0.25),
    ]


def test_open_visits_hold_the_dwell_up() -> None:
    # Two left after 2 and 4 days; two are still there after 10: half have left at day 4, never nine in ten.
    journeys = folded(
        event("stage", 2, "screened", lead_id=1),
        event("stage", 4, "screened", lead_id=2),
        leads=[lead(i) for i in range(1, 5)],
        as_of=10,
    )
    row = funnel(journeys).rows[0]
    assert (row.dwell_median_days, row.dwell_p90_days) == (4.0, None)


def test_reasons_with_shares_and_none_among_them() -> None:
    reasons = ["price", "price", "price", "no need", "no need", None, "late"]
    journeys = folded(
        *(event("lost", 3, "need", reason=reason, lead_id=i) for i, reason in enumerate(reasons, start=1)),
        leads=[lead(i) for i in range(1, 8)],
    )
    row = by_stage(funnel(journeys).rows)["need"]
    assert [(one.reason, one.count, one.share) for one in row.top_reasons] == [
        ("price", 3, 3 / 7),
        ("no need", 2, 2 / 7),
        ("late", 1, 1 / 7),
    ]


def test_quality() -> None:
    journeys = folded(
        event("won", 4, lead_id=1),
        event("lost", 4, lead_id=2),
        event("won", -3, amount=5.0, lead_id=3),
        event("merged", 4, lead_id=4),
        event("followed_up", 2, lead_id=5),
        leads=[lead(1, source="fair"), lead(2), lead(3), lead(4), lead(5, source="web")],
    )
    found = {check.check: check for check in quality(journeys)}
    assert (found["won_without_amount"].count, found["won_without_amount"].share) == (1, 0.5)
    assert found["lost_without_reason"].examples == ("LX2",)
    assert (found["negative_duration"].count, found["negative_duration"].examples) == (1, ("LX3",))
    assert (found["merged"].count, found["merged"].share) == (1, 0.2)
    assert (found["missing_source"].count, found["missing_source"].share) == (2, 0.5)
    assert found["stage_not_recorded"].examples == ("LX1", "LX3")
    assert found["no_follow_up"].count == 3
    assert "missing_industry" not in found
