"""The written rules of the fold, one by one, on lives short enough to follow with a finger."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.analysis.fold.lives import SHORT, STAGES, day, ends, event, folded, lead, stays, wide

from leadloop.analysis.fold import fold
from leadloop.analysis.fold.codes import BASE, CODES, unpack
from leadloop.analysis.tables import MAX_STAGES, Ending, Stage


def test_skip_passes_stages_without_a_visit() -> None:
    journeys = folded(event("registered", 0, "captured"), event("stage", 3, "proposal"))
    row = wide(journeys)
    assert ends(row) == ["advanced", "skipped", "skipped", "open", None, None]
    assert [row[f"entered_{k}"] for k in range(1, 5)] == [day(0), day(3), day(3), day(3)]
    assert (row["left_2"], row["dwell_2"], row["reached"]) == (day(3), None, 4)
    assert [stay["stage"] for stay in stays(journeys)] == ["captured", "proposal"]


def test_lead_registered_beyond_the_first_stage_has_skipped_the_earlier_ones() -> None:
    row = wide(folded(event("registered", 0, "need")))
    assert ends(row) == ["skipped", "skipped", "open", None, None, None]
    assert row["entered_1"] == day(0)


def test_return_keeps_what_was_reached() -> None:
    row = wide(folded(event("stage", 2, "need"), event("stage", 5, "screened")))
    assert ends(row) == ["advanced", "open", "returned", None, None, None]
    assert (row["reached"], row["position"]) == (3, 2)


def test_re_entry_makes_a_second_visit_and_counts_the_last() -> None:
    journeys = folded(
        event("stage", 1, "screened"), event("stage", 2, "need"), event("stage", 4, "screened"),
        event("stage", 7, "need"), event("lost", 9, reason="price"),
    )  # fmt: skip
    found = [(stay["stage"], stay["ending"], stay["again"]) for stay in stays(journeys)]
    assert found == [
        ("captured", "advanced", False),
        ("screened", "advanced", True),
        ("need", "returned", True),
        ("screened", "advanced", False),
        ("need", "lost", False),
    ]
    row = wide(journeys)
    assert ends(row) == ["advanced", "advanced", "lost", None, None, None]
    assert (row["entered_2"], row["left_2"], row["dwell_2"]) == (day(1), day(7), 300)
    assert row["revisits"] == 2


def test_same_stage_again_changes_nothing() -> None:
    journeys = folded(event("stage", 1, "screened"), event("stage", 4, "screened"))
    assert [(stay["stage"], stay["entered_at"]) for stay in stays(journeys)] == [
        ("captured", day(0)),
        ("screened", day(1)),
    ]


def test_lost_belongs_to_the_stage_the_lead_stands_in() -> None:
    row = wide(folded(event("stage", 2, "need"), event("lost", 6, reason="budget", second_reason="frozen")))
    assert (row["outcome"], row["lost_position"], row["lost_at"]) == ("lost", 3, day(6))
    assert (row["reason"], row["second_reason"]) == ("budget", "frozen")
    assert (row["decided_at"], row["cycle"], row["dwell_3"]) == (day(6), 600, 400)


def test_lost_belongs_to_the_stage_named_by_the_event() -> None:
    row = wide(folded(event("stage", 2, "screened"), event("lost", 6, "proposal")))
    assert ends(row) == ["advanced", "advanced", "skipped", "lost", None, None]


def test_second_loss_corrects_the_first() -> None:
    journeys = folded(
        event("stage", 2, "need"), event("lost", 6, reason="budget"), event("lost", 8, reason="price")
    )
    row = wide(journeys)
    assert (row["reason"], row["lost_at"]) == ("price", day(8))
    assert len(stays(journeys)) == 2


def test_won_puts_the_lead_in_the_won_stage() -> None:
    row = wide(folded(event("stage", 2, "screened"), event("won", 9, amount=5000.0)))
    assert ends(row) == ["advanced", "advanced", "skipped", "skipped", "skipped", "won"]
    assert (row["outcome"], row["won_at"], row["amount"]) == ("won", day(9), 5000.0)
    assert (row["left_6"], row["dwell_6"]) == (day(9), None)


def test_stage_event_into_the_won_stage_is_a_win_and_the_amount_may_follow() -> None:
    journeys = folded(event("stage", 9, "signed"), event("won", 10, amount=70.0), event("won", 11))
    row = wide(journeys)
    assert (row["outcome"], row["won_at"], row["amount"]) == ("won", day(9), 70.0)
    assert len(stays(journeys)) == 2


def test_process_without_a_won_stage_is_won_in_its_last() -> None:
    stages = [replace(stage, won=False) for stage in STAGES]
    assert ends(wide(folded(event("won", 3), stages=stages)))[-1] == "won"


@pytest.mark.parametrize("outcome", ["lost", "won"])
def test_lost_or_won_without_stage_events(outcome: str) -> None:
    row = wide(folded(event(outcome, 4)))
    expected = (
        ["lost", None, None, None, None, None] if outcome == "lost" else ["advanced", *["skipped"] * 4, "won"]
    )
    assert ends(row) == expected


def test_reopen_after_lost_stands_where_it_stood() -> None:
    journeys = folded(event("stage", 2, "need"), event("lost", 4, reason="timing"), event("reopened", 9))
    row = wide(journeys)
    assert (row["outcome"], row["reason"], row["decided_at"]) == ("open", None, None)
    assert ends(row)[2] == "open"
    assert [(stay["stage"], stay["ending"], stay["reason"]) for stay in stays(journeys)][1:] == [
        ("need", "lost", "timing"),
        ("need", "open", None),
    ]


def test_reopened_loss_is_lost_in_no_stage() -> None:
    back = wide(folded(event("stage", 2, "need"), event("lost", 4), event("reopened", 9, "screened")))
    assert ends(back) == ["advanced", "open", "returned", None, None, None]
    forth = wide(folded(event("stage", 2, "need"), event("lost", 4), event("reopened", 9, "proposal")))
    assert ends(forth) == ["advanced", "skipped", "advanced", "open", None, None]


def test_reopen_after_won_stands_where_it_stood_before() -> None:
    row = wide(folded(event("stage", 2, "proposal"), event("won", 4, amount=9.0), event("reopened", 6)))
    assert ends(row) == ["advanced", "skipped", "skipped", "open", "skipped", "returned"]
    assert (row["outcome"], row["amount"], row["position"]) == ("open", None, 4)


def test_lead_registered_as_won_comes_back_to_the_first_stage() -> None:
    journeys = folded(
        event("registered", 0, "signed"), event("lost", 3, reason="a"), event("lost", 5, reason="b")
    )
    assert [(stay["stage"], stay["ending"], stay["left_at"], stay["reason"]) for stay in stays(journeys)] == [
        ("signed", "returned", day(3), None),
        ("captured", "lost", day(5), "b"),
    ]


def test_stage_event_after_an_outcome_reopens() -> None:
    row = wide(folded(event("lost", 4), event("stage", 6, "need")))
    assert (row["outcome"], ends(row)[0], ends(row)[2]) == ("open", "advanced", "open")


@pytest.mark.parametrize(
    ("kinds", "excluded"),
    [
        (["merged"], "merged"),
        (["merged", "unmerged"], None),
        (["invalidated"], "invalid"),
        (["invalidated", "validated"], None),
        (["invalidated", "validated", "invalidated"], "invalid"),
        (["withdrawn"], "withdrawn"),
        (["invalidated", "merged"], "merged"),
        (["merged", "unmerged", "withdrawn", "validated"], "withdrawn"),
    ],
)
def test_excluded(kinds: list[str], excluded: str | None) -> None:
    row = wide(folded(*(event(kind, 1 + i) for i, kind in enumerate(kinds))))
    assert row["excluded"] == excluded


def test_as_of_takes_only_what_had_occurred() -> None:
    events = [event("stage", 2, "need"), event("won", 9, amount=1.0), event("invalidated", 12)]
    assert wide(folded(*events, as_of=5))["outcome"] == "open"
    assert wide(folded(*events, as_of=9))["outcome"] == "won"
    assert wide(folded(*events, as_of=9))["excluded"] is None
    assert folded(*events, as_of=-1).journeys.count().to_pyarrow().as_py() == 0


def test_journeys_at_an_earlier_moment_equal_those_folded_then() -> None:
    events = [event("stage", 2, "need"), event("lost", 9)]
    later = folded(*events, as_of=20)
    assert wide(later.at(day(5))) == wide(folded(*events, as_of=5))
    assert later.at(day(30)) is later


def test_same_time_is_decided_by_sequence() -> None:
    first = folded(event("stage", 3, "need", sequence=8), event("stage", 3, "screened", sequence=9))
    second = folded(event("stage", 3, "need", sequence=9), event("stage", 3, "screened", sequence=8))
    assert (wide(first)["position"], wide(second)["position"]) == (2, 3)


def test_registration_comes_first_even_at_the_same_time() -> None:
    journeys = folded(event("stage", 0, "need", sequence=1), event("registered", 0, "captured", sequence=2))
    assert wide(journeys)["position"] == 3


def test_change_of_process_version_matches_stages_by_key() -> None:
    without_need = [
        replace(stage, position=stage.position - (stage.position > 3))
        for stage in STAGES
        if stage.key != "need"
    ]
    row = wide(folded(event("stage", 2, "need"), event("stage", 5, "proposal"), stages=without_need))
    assert ends(row, 5) == ["advanced", "skipped", "open", None, None]
    assert row["dwell_1"] == 500


def test_event_before_capture_counts_at_the_moment_of_capture() -> None:
    journeys = folded(event("stage", -2, "need"), event("won", -1, amount=5.0))
    row = wide(journeys)
    assert (row["won_at"], row["early"], row["cycle"]) == (day(0), True, 0)
    assert [stay["entered_at"] for stay in stays(journeys)] == [day(0)] * 3


def test_holder_is_the_last_assignment_or_release() -> None:
    assigned = event("assigned", 1, owner="bea", team="south")
    assert _holder(assigned) == ("bea", "south", False)
    assert _holder(assigned, event("released", 2)) == (None, "south", True)
    assert _holder(assigned, event("released", 2), event("assigned", 3, owner="carl")) == (
        "carl",
        "south",
        False,
    )
    assert _holder() == ("ann", "north", False)


def _holder(*events: dict[str, object]) -> tuple[str | None, str | None, bool]:
    row = wide(folded(*events))
    assert (row["owner"], row["team"]) == ("ann", "north")
    return row["current_owner"], row["current_team"], row["in_pool"]


def test_follow_ups_are_counted_and_the_first_one_dated() -> None:
    row = wide(folded(event("assigned", 1), event("followed_up", 4), event("followed_up", 3)))
    assert (row["assigned_at"], row["first_followed_up_at"], row["follow_ups"]) == (day(1), day(3), 2)


def test_canonical_steps_join_stages_that_mean_the_same() -> None:
    events = [
        event("stage", 1, "demo"), event("stage", 3, "trial"), event("stage", 6, "contract"), event("won", 8)
    ]  # fmt: skip
    journeys = folded(*events, leads=[lead(process="short")], stages=(*STAGES, *SHORT))
    row = wide(journeys.on_canonical_steps())
    assert ends(row) == ["advanced", "skipped", "advanced", "skipped", "advanced", "won"]
    assert row["dwell_3"] == 500
    assert wide(journeys)["dwell_2"] == 200


def test_lead_of_an_unknown_process_is_taken_to_the_first() -> None:
    row = wide(folded(event("stage", 1, "need"), leads=[lead(process="gone")]))
    assert (row["process"], row["position"]) == ("general", 3)


def test_lead_without_any_event_stands_in_the_first_stage() -> None:
    row = wide(folded())
    assert (ends(row)[0], row["stage_since"], row["follow_ups"]) == ("open", day(0), 0)


def test_contact_taken_back_counts_at_its_right_moment_only() -> None:
    row = wide(
        folded(
            event("followed_up", 2), event("followed_up", 5), event("taken_back", 2), event("followed_up", 3)
        )
    )
    assert (row["first_followed_up_at"], row["follow_ups"]) == (day(3), 2)


def test_contact_written_again_after_a_correction_counts() -> None:
    """Two contacts of one moment, of which one was at another time: the other is written again."""
    row = wide(
        folded(
            event("followed_up", 2), event("followed_up", 2), event("taken_back", 2),
            event("followed_up", 4), event("followed_up", 2),
        )
    )  # fmt: skip
    assert (row["first_followed_up_at"], row["follow_ups"]) == (day(2), 2)


def test_taking_back_touches_nothing_but_contacts() -> None:
    row = wide(folded(event("registered", 0), event("assigned", 2, owner="bo"), event("taken_back", 2)))
    assert (row["assigned_at"], row["current_owner"], row["follow_ups"]) == (day(2), "bo", 0)


def test_path_holds_every_ending() -> None:
    row = wide(folded(event("stage", 3, "proposal"), event("lost", 5)))
    assert unpack(row["path"], 6) == (
        CODES[Ending.ADVANCED], CODES[Ending.SKIPPED], CODES[Ending.SKIPPED], CODES[Ending.LOST], 0, 0,
    )  # fmt: skip
    assert max(CODES.values()) < BASE


def test_too_many_stages_are_refused() -> None:
    stages = [Stage("long", f"s{i}", i, f"s{i}", 1) for i in range(1, MAX_STAGES + 2)]
    journeys = folded()
    with pytest.raises(ValueError, match="more than 12"):
        fold(journeys.journeys, journeys.visits, stages)
    with pytest.raises(ValueError, match="at least one"):
        fold(journeys.journeys, journeys.visits, ())
