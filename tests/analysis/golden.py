"""The golden exports as leads and events, read here by hand, so that these tests need no other part."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from leadloop.analysis.library import Journeys
from leadloop.analysis.tables import CANONICAL, Stage

FOLDER = Path(__file__).parent.parent / "golden"
ZONE = ZoneInfo("Asia/Shanghai")
NAMES = ("线索获取", "初步筛选", "需求沟通", "方案提供", "商务谈判", "成交签约")
STAGES = tuple(
    Stage(process="general", key=key, position=i, name=name, canonical=i, won=i == 6)
    for i, (key, name) in enumerate(zip(CANONICAL, NAMES, strict=True), start=1)
)


def golden(name: str) -> Journeys:
    """``table1`` or ``table2``."""
    with (FOLDER / f"{name}_leads.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return Journeys.from_tables(leads=_leads(rows), events=_events(rows), stages=STAGES)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def _leads(rows: list[dict[str, str]]) -> pa.Table:
    return pa.table(
        {
            "lead_id": list(range(1, len(rows) + 1)),
            "number": [row["线索编号"] for row in rows],
            "process": ["general"] * len(rows),
            "captured_at": pa.array([_moment(row["获取时间"]) for row in rows], pa.timestamp("us", "UTC")),
            "source": [row["来源渠道"] for row in rows],
            "industry": [row["行业类型"] for row in rows],
            "size": [row["企业规模"] for row in rows],
            "team": [row["团队"] for row in rows],
            "owner": [row["负责人"] for row in rows],
        }
    )


def _events(rows: list[dict[str, str]]) -> pa.Table:
    found = []
    for lead, row in enumerate(rows, start=1):
        for key, name in zip(CANONICAL[1:5], NAMES[1:5], strict=True):
            if row[f"{name}时间"]:
                found.append((lead, "stage", _moment(row[f"{name}时间"]), key, None, None))
        if row["转化状态"] == "已成交":
            amount = float(row["成交金额"]) if row["成交金额"] else None
            found.append((lead, "won", _moment(row["成交签约时间"]), None, None, amount))
        elif row["流失时间"]:
            found.append((lead, "lost", _moment(row["流失时间"]), None, row["未转化原因"] or None, None))
    columns = list(zip(*found, strict=True))
    return pa.table(
        {
            "sequence": list(range(1, len(found) + 1)),
            "lead_id": list(columns[0]),
            "kind": list(columns[1]),
            "occurred_at": pa.array(columns[2], pa.timestamp("us", "UTC")),
            "recorded_at": pa.array(columns[2], pa.timestamp("us", "UTC")),
            "stage": list(columns[3]),
            "reason": list(columns[4]),
            "amount": list(columns[5]),
        }
    )
