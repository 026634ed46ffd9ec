"""Exports as another system would write them, made from the demo company's generator."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from leadloop.cli.demo.company import PEOPLE, STAGES
from leadloop.cli.demo.generate import generate

STAGE_HEADERS = dict(
    zip(STAGES, ("线索获取", "初步筛选", "需求沟通", "方案提供", "商务谈判", "成交签约"), strict=True)
)

_FORM = "'%Y-%m-%d %H:%M:%S'"

_FACTS = f"""
    number AS "线索编号", channel AS "来源渠道", strftime(captured_at, {_FORM}) AS "获取时间",
    customer AS "客户名称", contact AS "联系人", phone AS "手机", email AS "邮箱", industry AS "行业类型",
    size AS "企业规模", region AS "地域", team AS "团队", people.name AS "负责人"
"""

_HISTORY = f"""
    strftime(min(moment) FILTER (WHERE kind = 'assigned'), {_FORM}) AS "分配时间",
    strftime(min(moment) FILTER (WHERE kind = 'followed_up'), {_FORM}) AS "首次跟进时间",
    {{stages}},
    CASE last(kind ORDER BY moment) FILTER (WHERE kind IN ('won', 'lost', 'reopened'))
        WHEN 'won' THEN '已成交' WHEN 'lost' THEN '未转化' ELSE '跟进中' END AS "转化状态",
    last(amount ORDER BY moment) FILTER (WHERE kind = 'won') AS "成交金额",
    strftime(max(moment) FILTER (WHERE kind = 'lost'), {_FORM}) AS "流失时间",
    CASE WHEN last(kind ORDER BY moment) FILTER (WHERE kind IN ('won', 'lost', 'reopened')) = 'lost'
        THEN last(reason ORDER BY moment) FILTER (WHERE kind = 'lost') END AS "未转化原因"
"""


def write_export(path: Path, *, leads: int, history: bool, today: date, first: int = 0) -> None:
    """A CSV file with one row per lead; with ``history`` also the times of its stages and its outcome.

    ``first`` moves the lead numbers and phones, so that a second file is about other leads.
    """
    import duckdb
    import pyarrow as pa

    made = generate(leads=leads, today=today, chatter=False, seed=first + 1)
    people = pa.table(
        {"username": [p.username for p in PEOPLE], "name": [p.name for p in PEOPLE]},
    )
    reasons = _reason_names()
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'Asia/Shanghai'")
        engine.execute("SET enable_progress_bar = false")
        for name, table in {
            "made": made.leads,
            "events": made.events,
            "people": people,
            "reasons": reasons,
        }.items():
            engine.register(name, table)
        engine.execute(_with_numbers(first))
        target = str(path).replace("'", "''")
        engine.execute(f"COPY ({_query(history)}) TO '{target}' (HEADER, DELIMITER ',')")


def _with_numbers(first: int) -> str:
    """Numbers and addresses that no other file has."""
    return f"""
        CREATE TEMP TABLE leads AS SELECT * REPLACE (
            'KH' || lpad(CAST(lead + {int(first)} AS VARCHAR), 10, '0') AS number,
            '1' || lpad(CAST(3000000000 + lead + {int(first)} AS VARCHAR), 10, '0') AS phone,
            'k' || CAST(lead + {int(first)} AS VARCHAR) || '@' || 'kunde.example' AS email,
            customer || CAST(lead + {int(first)} AS VARCHAR) AS customer
        ) FROM made"""  # noqa: S608


def _query(history: bool) -> str:
    if not history:
        return f"SELECT {_FACTS} FROM leads LEFT JOIN people ON people.username = leads.owner ORDER BY lead"  # noqa: S608
    stages = ", ".join(
        f"strftime(min(moment) FILTER (WHERE kind = 'stage' AND stage = '{key}'), {_FORM}) AS \"{name}时间\""
        for key, name in list(STAGE_HEADERS.items())[1:]
    )
    return f"""
        SELECT {_FACTS},
            history.* EXCLUDE (lead) REPLACE (coalesce("转化状态", '跟进中') AS "转化状态")
        FROM leads
        LEFT JOIN people ON people.username = leads.owner
        LEFT JOIN (
            SELECT lead, {_HISTORY.format(stages=stages)}
            FROM (SELECT lead, kind, occurred_at AS moment, stage, amount,
                      coalesce(reasons.name, reason) AS reason
                  FROM events LEFT JOIN reasons ON reasons.key = events.reason)
            GROUP BY lead
        ) AS history USING (lead) ORDER BY lead"""  # noqa: S608


def _reason_names() -> object:
    """Loss reasons by the names that an export would carry."""
    import pyarrow as pa

    from leadloop.process import shipped

    rows = [child for row in shipped.loss_reasons() for child in row.get("children", ())]
    return pa.table({"key": [row["key"] for row in rows], "name": [row["zh"] for row in rows]})
