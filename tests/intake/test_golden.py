"""The golden files, in every form in which they may come."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from .helpers import GOLDEN, Read, read

STAGES = ["线索获取", "初步筛选", "需求沟通", "方案提供", "商务谈判", "成交签约"]


@pytest.fixture(scope="module")
def table2() -> Read:
    return read(GOLDEN / "table2_leads.csv")


def test_every_column_is_understood(table2: Read) -> None:
    assert table2.fields() == {
        "线索编号": "number",
        "来源渠道": "source",
        "获取时间": "captured_at",
        "客户名称": "customer",
        "联系人": "contact",
        "手机": "phone",
        "邮箱": "email",
        "行业类型": "industry",
        "企业规模": "size",
        "地域": "region",
        "团队": "team",
        "负责人": "owner",
        "分配时间": "assigned_at",
        "首次跟进时间": "first_followed_up_at",
        "跟进次数": "follow_ups",
        "最后跟进时间": "last_followed_up_at",
        "当前阶段": "stage",
        "初步筛选时间": "stage:screened",
        "需求沟通时间": "stage:need",
        "方案提供时间": "stage:proposal",
        "商务谈判时间": "stage:negotiation",
        "成交签约时间": "stage:signed",
        "转化状态": "status",
        "成交金额": "amount",
        "流失时间": "lost_at",
        "未转化原因": "reason",
    }


def test_stages_keep_the_names_and_order_of_the_file(table2: Read) -> None:
    stages = table2.source.understanding.stages
    assert [stage.name for stage in stages] == STAGES
    assert [stage.canonical for stage in stages] == [1, 2, 3, 4, 5, 6]
    assert [stage.won for stage in stages] == [False] * 5 + [True]


def test_stage_entries_are_those_of_the_table(table2: Read) -> None:
    entries = Counter(e["stage"] for e in table2.events.to_pylist() if e["kind"] in ("registered", "stage"))
    assert [entries[stage.key] for stage in table2.source.understanding.stages] == [
        1000,
        1000,
        850,
        510,
        357,
        250,
    ]


def test_losses_and_reasons_are_those_of_the_table(table2: Read) -> None:
    kinds = Counter(event["kind"] for event in table2.events.to_pylist())
    assert (kinds["won"], kinds["lost"]) == (250, 750)
    reasons: Counter[tuple[str | None, str | None]] = Counter()
    standing: dict[int, str] = {}
    for event in table2.events.to_pylist():
        if event["kind"] in ("registered", "stage"):
            standing[event["lead_id"]] = event["stage"]
        if event["kind"] == "lost":
            reasons[standing[event["lead_id"]], event["reason"]] += 1
    assert reasons["screened", "线索信息不全"] == 60
    assert reasons["need", "销售跟进超时"] == 170
    assert reasons["proposal", "方案同质化"] == 69
    assert reasons["negotiation", "竞争对手低价"] == 43
    lost = Counter(stage for stage, _ in reasons.elements())
    assert lost == {"screened": 150, "need": 340, "proposal": 153, "negotiation": 107}


def test_deals_by_channel_are_those_of_the_table() -> None:
    table1 = read(GOLDEN / "table1_leads.csv")
    won = {event["lead_id"] for event in table1.events.to_pylist() if event["kind"] == "won"}
    june = [r for r in table1.rows() if month_in_china(r["captured_at"]) == (2026, 6)]
    leads = Counter(row["source"] for row in june)
    deals = Counter(row["source"] for row in june if row["lead_id"] in won)
    assert dict(leads) == {"官网注册": 500, "展会咨询": 300, "渠道转介绍": 200}
    assert dict(deals) == {"官网注册": 60, "展会咨询": 105, "渠道转介绍": 50}


def month_in_china(moment: datetime) -> tuple[int, int]:
    day = moment.astimezone(ZoneInfo("Asia/Shanghai"))
    return day.year, day.month


def test_nothing_is_wrong_with_them(table2: Read) -> None:
    assert table2.counts == Counter()
    assert table2.source.understanding.issues == ()
    assert (table2.rows_read, table2.rows_rejected) == (1000, 0)


def test_events_are_in_order_and_numbered(table2: Read) -> None:
    events = table2.events.to_pylist()
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    keys = [(event["lead_id"], event["occurred_at"]) for event in events]
    assert keys == sorted(keys)


def test_batch_size_changes_nothing(table2: Read) -> None:
    small = read(GOLDEN / "table2_leads.csv", size=137)
    assert small.leads.equals(table2.leads)
    assert small.events.equals(table2.events)


@pytest.mark.parametrize("name", ["table1_leads", "table2_leads"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-8"])
def test_other_encodings_give_the_same(tmp_path: Path, name: str, encoding: str) -> None:
    expected = read(GOLDEN / f"{name}.csv")
    text = (GOLDEN / f"{name}.csv").read_text("utf-8-sig")
    copy = tmp_path / "copy.csv"
    copy.write_text(text, encoding=encoding)
    again = read(copy)
    assert again.leads.equals(expected.leads)
    assert again.events.equals(expected.events)
    assert again.counts == Counter()


@pytest.mark.parametrize("typed", [True, False], ids=["dates and numbers", "text"])
def test_a_workbook_gives_the_same(tmp_path: Path, typed: bool) -> None:
    expected = read(GOLDEN / "table2_leads.csv")
    with (GOLDEN / "table2_leads.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(rows[0])
    for row in rows[1:]:
        sheet.append([_cell(header, text, typed) for header, text in zip(rows[0], row, strict=True)])
    workbook.save(tmp_path / "copy.xlsx")
    again = read(tmp_path / "copy.xlsx")
    assert again.leads.equals(expected.leads)
    assert again.events.equals(expected.events)


def _cell(header: str, text: str, typed: bool) -> object:
    if not text or not typed:
        return text or None
    if header.endswith("时间"):
        return datetime.fromisoformat(text)
    return float(text) if header in ("手机", "跟进次数", "成交金额") else text
