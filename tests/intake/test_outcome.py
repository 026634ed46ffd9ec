"""The written rules of how a row says that its lead ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from .helpers import Read, read, write

HEADER = [
    "lead id",
    "created date",
    "status",
    "stage",
    "won date",
    "lost date",
    "close date",
    "loss reason",
    "amount",
]


def lead(tmp_path: Path, **values: object) -> Read:
    known: dict[str, object] = {"lead id": 1, "created date": "2026-06-01 09:00", **values}
    names = [name.replace("_", " ") for name in known]
    unused = [name for name in HEADER if name not in names]
    assert set(names) <= set(HEADER), names
    # An unused column must not exist: what a file does not have decides too.
    assert unused is not None
    return read(write(tmp_path / "a.csv", [names, list(known.values())]))


def ends(found: Read) -> list[tuple[str, str]]:
    kinds = ("won", "lost", "invalidated")
    return [(e["kind"], f"{e['occurred_at']:%m-%d}") for e in found.events_of() if e["kind"] in kinds]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"status": "won", "won_date": "2026-06-10"}, [("won", "06-09")]),
        ({"status": "won", "close_date": "2026-06-10"}, [("won", "06-09")]),
        ({"status": "lost", "lost_date": "2026-06-10"}, [("lost", "06-09")]),
        ({"status": "lost", "close_date": "2026-06-10"}, [("lost", "06-09")]),
        ({"status": "junk", "close_date": "2026-06-10"}, [("invalidated", "06-09")]),
        ({"stage": "Closed Won", "close_date": "2026-06-10"}, [("won", "06-09")]),
        ({"stage": "Closed Lost", "close_date": "2026-06-10"}, [("lost", "06-09")]),
        ({"status": "open", "stage": "Closed Won", "close_date": "2026-06-10"}, [("won", "06-09")]),
        ({"status": "Open", "stage": "Proposal", "close_date": "2026-12-10"}, []),
        ({"won_date": "2026-06-10"}, [("won", "06-09")]),
        ({"won_date": ""}, []),
        ({"lost_date": "2026-06-10"}, [("lost", "06-09")]),
        ({"won_date": "2026-06-12", "lost_date": "2026-06-10"}, [("won", "06-11")]),
        ({"won_date": "2026-06-10", "lost_date": "2026-06-12"}, [("lost", "06-11")]),
        ({"close_date": "2026-06-10", "loss_reason": "price"}, [("lost", "06-09")]),
        ({"status": "未转化", "lost_date": "2026-06-10"}, [("lost", "06-09")]),
        ({"status": "未转化", "loss_reason": "预算不足", "close_date": "2026-06-10"}, [("lost", "06-09")]),
        ({"status": "未转化", "loss_reason": "", "lost_date": ""}, []),
    ],
)  # fmt: skip
def test_rules(tmp_path: Path, values: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert ends(lead(tmp_path, **values)) == expected


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"status": "open", "lost_date": "2026-06-10"}, "open_with_end_date"),
        ({"status": "won", "won_date": "2026-06-10", "lost_date": "2026-06-09"}, "won_with_loss_date"),
        ({"status": "won"}, "won_without_date"),
        ({"status": "lost"}, "lost_without_date"),
        ({"status": "perhaps"}, "unknown_status"),
        ({"close_date": "2026-06-10"}, "closed_without_outcome"),
        ({"status": "won", "close_date": "2027-06-10"}, "closed_in_future"),
        ({"status": "won", "won_date": "2026-06-10", "amount": ""}, "won_without_amount"),
    ],
)
def test_contradictions_are_reported(tmp_path: Path, values: dict[str, object], code: str) -> None:
    found = lead(tmp_path, **values)
    assert found.counts[code] == 1
    assert found.first(code).row == 2


def test_without_a_date_the_last_known_moment_stands_in(tmp_path: Path) -> None:
    header = ["lead id", "created date", "last activity date", "status"]
    found = read(write(tmp_path / "a.csv", [header, [1, "2026-06-01", "2026-06-20", "won"]]))
    assert ends(found) == [("won", "06-19")]


def test_a_status_without_lost_leaves_leads_open_and_says_so(tmp_path: Path) -> None:
    header = ["lead id", "created date", "status", "won date"]
    rows = [[1, "2026-06-01", "已转化", "2026-06-10"], [2, "2026-06-01", "未转化", ""]]
    found = read(write(tmp_path / "a.csv", [header, *rows]))
    assert found.kinds(2) == ["registered"]
    assert "no_loss_known" in found.codes()


def test_created_status_and_closed_date_are_enough(tmp_path: Path) -> None:
    header = ["Lead ID", "Created Date", "Status", "Close Date"]
    rows = [
        [1, "2026-06-01", "Won", "2026-06-10"],
        [2, "2026-06-01", "Lost", "2026-06-12"],
        [3, "2026-06-02", "Open", ""],
    ]
    found = read(write(tmp_path / "a.csv", [header, *rows]))
    assert [found.kinds(i)[-1] for i in (1, 2, 3)] == ["won", "lost", "registered"]
    assert {"no_stage_known"} <= found.codes()


def test_the_stage_of_a_file_without_history_is_taken_at_the_last_known_moment(tmp_path: Path) -> None:
    header = ["Lead ID", "Created Date", "Stage", "Last Stage Change Date"]
    found = read(
        write(tmp_path / "a.csv", [header, [1, "2026-06-01", "Negotiation/Review", "2026-06-05 10:00"]])
    )
    (stage,) = [event for event in found.events_of() if event["kind"] == "stage"]
    assert (stage["stage"], f"{stage['occurred_at']:%m-%d %H:%M}") == ("negotiation", "06-05 02:00")
    assert "no_stage_history" in found.codes()


def test_closing_date_and_amount_of_an_open_lead_are_expectations(tmp_path: Path) -> None:
    found = lead(tmp_path, status="open", close_date="2027-03-01", amount="5万")
    (row,) = found.rows()
    assert (row["expected_amount"], row["amount"]) == (50_000, None)
    assert f"{row['expected_close_at']:%Y-%m-%d}" == "2027-02-28"
    assert not found.counts


def test_a_day_without_a_time_is_not_before_the_same_day(tmp_path: Path) -> None:
    header = ["lead id", "created date", "初步筛选时间", "需求沟通时间", "won date"]
    found = read(
        write(tmp_path / "a.csv", [header, [1, "2026-06-01 15:00", "2026-06-01", "2026-06-01", "2026-06-01"]])
    )
    assert not found.counts
    assert [e["stage"] for e in found.events_of() if e["kind"] == "stage"] == ["screened", "need", "signed"]


def test_stages_out_of_order_are_kept_and_reported(tmp_path: Path) -> None:
    header = ["lead id", "created date", "初步筛选时间", "需求沟通时间"]
    rows = [[1, "2026-06-01", "2026-06-09", "2026-06-05"], [2, "2026-06-03", "2026-06-02", ""]]
    found = read(write(tmp_path / "a.csv", [header, *rows]))
    assert found.first("stage_order").row == 2
    assert found.first("stage_before_captured").row == 3
    assert [e["stage"] for e in found.events_of() if e["kind"] == "stage"] == ["need", "screened"]


def test_a_stage_after_the_end_is_left_out(tmp_path: Path) -> None:
    header = ["lead id", "created date", "初步筛选时间", "需求沟通时间", "lost date"]
    found = read(
        write(tmp_path / "a.csv", [header, [1, "2026-06-01", "2026-06-02", "2026-06-09", "2026-06-05"]])
    )
    assert found.first("stage_after_end").row == 2
    assert found.kinds() == ["registered", "stage", "lost"]


def test_the_owner_is_there_from_the_start_unless_assigned_later(tmp_path: Path) -> None:
    header = ["lead id", "created date", "owner", "assigned at"]
    rows = [[1, "2026-06-01", "Ann", ""], [2, "2026-06-01", "Ben", "2026-06-02"]]
    found = read(write(tmp_path / "a.csv", [header, *rows]))
    assert [(e["kind"], e["owner"]) for e in found.events_of(1)] == [("registered", "Ann")]
    assert [(e["kind"], e["owner"]) for e in found.events_of(2)] == [
        ("registered", None),
        ("assigned", "Ben"),
    ]
