"""One row per lead and stage change, alone or beside a file of leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from .helpers import Read, read, write

HISTORY = [
    ["Opportunity ID", "From Stage", "To Stage", "Last Modified", "Owner"],
    ["A", "", "Prospecting", "2026-03-01 09:00", "Ann"],
    ["A", "Prospecting", "Needs Analysis", "2026-03-05 09:00", "Ann"],
    ["B", "", "Prospecting", "2026-03-02 09:00", "Ben"],
    ["A", "Needs Analysis", "Closed Won", "2026-03-20 09:00", "Ann"],
    ["B", "Prospecting", "Closed Lost", "2026-03-10 09:00", "Ben"],
    ["B", "Closed Lost", "Needs Analysis", "2026-03-12 09:00", "Ben"],
    ["C", "", "Prospecting", "2026-03-03 09:00", ""],
]


@pytest.fixture
def history(tmp_path: Path) -> Read:
    return read(write(tmp_path / "history.csv", HISTORY))


def test_leads_come_out_of_their_history(history: Read) -> None:
    assert [(r["number"], f"{r['captured_at']:%m-%d}", r["owner"]) for r in history.rows()] == [
        ("A", "03-01", "Ann"),
        ("B", "03-02", "Ben"),
        ("C", "03-03", None),
    ]
    assert (history.rows_read, history.rows_rejected) == (7, 0)


def test_stages_are_in_the_order_in_which_leads_pass_them(history: Read) -> None:
    assert [stage.name for stage in history.source.understanding.stages] == [
        "Prospecting",
        "Needs Analysis",
        "Closed Won",
    ]


def test_a_history_becomes_events(history: Read) -> None:
    assert [(e["kind"], e["stage"]) for e in history.events_of(1)] == [
        ("registered", "captured"),
        ("stage", "captured"),
        ("stage", "need"),
        ("stage", "signed"),
        ("won", None),
    ]


def test_a_stage_after_a_loss_reopens(history: Read) -> None:
    assert [(e["kind"], e["stage"]) for e in history.events_of(2)] == [
        ("registered", "captured"),
        ("stage", "captured"),
        ("lost", None),
        ("reopened", "need"),
    ]


def test_event_log(tmp_path: Path) -> None:
    rows = [["case:concept:name", "concept:name", "time:timestamp"]]
    for case in range(5):
        for step, name in enumerate(["获取", "试用", "内部评审", "成交"][: case + 1]):
            rows.append([f"c{case}", name, f"2026-04-0{step + 1}T08:00:00+08:00"])
    found = read(write(tmp_path / "log.csv", rows))
    assert [stage.name for stage in found.source.understanding.stages] == ["获取", "试用", "内部评审", "成交"]
    assert [found.kinds(i)[-1] for i in (1, 2, 4, 5)] == ["stage", "stage", "won", "won"]


def test_history_beside_a_file_of_leads(tmp_path: Path) -> None:
    leads = [
        ["Opportunity ID", "Created Date", "Lead Source", "Stage", "Close Date"],
        ["A", "2026-02-28 08:00", "Web", "Closed Won", "2026-03-20"],
        ["B", "2026-03-02 08:00", "Fair", "Needs Analysis", "2026-12-30"],
    ]
    found = read(write(tmp_path / "leads.csv", leads), write(tmp_path / "history.csv", HISTORY))
    assert [r["source"] for r in found.rows()] == ["Web", "Fair"]
    assert [(e["kind"], e["stage"]) for e in found.events_of(1)] == [
        ("registered", "captured"),
        ("stage", "captured"),
        ("stage", "need"),
        ("stage", "signed"),
        ("won", None),
    ]
    assert found.kinds(2)[-1] == "reopened"
    issue = found.first("unknown_lead")
    assert (issue.file, issue.row, issue.value) == ("history.csv", 8, "C")
    assert "no_stage_history" not in found.codes()
    assert found.rows_read == 9


def test_rows_of_a_history_that_say_nothing_are_rejected(tmp_path: Path) -> None:
    rows = [
        *HISTORY,
        ["", "", "Prospecting", "2026-03-03", ""],
        ["A", "", "Prospecting", "", ""],
        ["A", "", "", "2026-03-03", ""],
    ]
    found = read(write(tmp_path / "history.csv", rows))
    assert [(i.code, i.row) for i in found.issues if i.severity == "error"] == [
        ("missing_number_in_log", 9),
        ("no_time", 10),
        ("no_stage", 11),
    ]
    assert (found.rows_read, found.rows_rejected) == (10, 3)


def test_records_of_follow_ups(tmp_path: Path) -> None:
    leads = [
        ["线索编号", "获取时间", "首次跟进时间", "负责人"],
        ["1", "2026-05-01", "2026-05-02", "张三"],
        ["2", "2026-05-01", "2026-05-03", "李四"],
    ]
    calls = [
        ["线索编号", "跟进时间", "跟进方式"],
        ["1", "2026-05-02 10:00", "电话"],
        ["1", "2026-05-04 10:00", "拜访"],
    ]
    found = read(write(tmp_path / "leads.csv", leads), write(tmp_path / "calls.csv", calls))
    assert found.kinds(1) == ["registered", "followed_up", "followed_up"]
    assert found.kinds(2) == ["registered", "followed_up"]


def test_batch_size_changes_nothing(tmp_path: Path) -> None:
    rows = [HISTORY[0]]
    for i in range(500):
        rows += [
            [f"L{i}", "", "Prospecting", "2026-03-01", "Ann"],
            [f"L{i}", "", "Closed Won", "2026-03-09", "Ann"],
        ]
    path = write(tmp_path / "history.csv", rows)
    assert read(path, size=7).events.equals(read(path).events)
