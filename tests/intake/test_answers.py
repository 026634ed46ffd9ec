"""Budget, need, authority and time of purchase as people write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.intake.helpers import read

from leadloop.intake import answers

TOLD = date(2026, 5, 4)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-30", date(2026, 9, 30)),
        ("2026年8月", date(2026, 8, 31)),
        ("2026/2", date(2026, 2, 28)),
        ("2026Q3", date(2026, 9, 30)),
        ("Q1 2027", date(2027, 3, 31)),
        ("2026年四季度", date(2026, 12, 31)),
        ("Q1", date(2027, 3, 31)),
        ("三季度", date(2026, 9, 30)),
        ("2026下半年", date(2026, 12, 31)),
        ("2027年", date(2027, 12, 31)),
        ("3个月内", date(2026, 8, 4)),
        ("三个月内", date(2026, 8, 4)),
        ("1-3个月", date(2026, 8, 4)),
        ("within 3 months", date(2026, 8, 4)),
        ("6 months", date(2026, 11, 4)),
        ("半年内", date(2026, 11, 4)),
        ("1年内", date(2027, 5, 4)),
        ("两周内", date(2026, 5, 18)),
        ("本月", date(2026, 5, 31)),
        ("下个月", date(2026, 6, 30)),
        ("下季度", date(2026, 9, 30)),
        ("年底前", date(2026, 12, 31)),
        ("明年", date(2027, 12, 31)),
        ("尽快", date(2026, 6, 3)),
        ("ASAP", date(2026, 6, 3)),
    ],
)
def test_time_of_purchase(text: str, day: date) -> None:
    assert answers.purchase_day(text, told=TOLD) == day


@pytest.mark.parametrize(
    "text", ["", "待定", "未定", "2026-02-30", "2026-13", "1年以上", "0000", "看情况", "999999999个月"]
)
def test_no_time_of_purchase(text: str) -> None:
    assert answers.purchase_day(text, told=TOLD) is None


@given(text=st.text(max_size=30), told=st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)))
def test_anything_may_stand_there(text: str, told: date) -> None:
    day = answers.purchase_day(text, told=told)
    assert day is None or day.year >= 1
    assert answers.budget_answer(text) in {"", "named", "planned", "none"}
    assert answers.need_answer(text) in {"", "matches", "partly", "no"}
    assert answers.authority_answer(text) in {"", "decides", "has_say", "none"}
    assert answers.role_answer(text) in {"", "owner", "technical", "purchasing", "user"}


def test_words_instead_of_a_budget_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(
        "线索编号,获取时间,客户名称,客户预算,需求匹配度,采购时间\n"
        "A1,2026-05-04,甲公司,15-20万,匹配,3个月内\n"
        "A2,2026-05-04,乙公司,无预算,不匹配,\n"
        "A3,2026-05-04,丙公司,很多钱,,\n",
        encoding="utf-8",
    )
    found = read(path)
    rows = found.rows()
    assert [row["budget_state"] for row in rows] == [None, "无预算", None]
    assert (rows[0]["budget_low"], rows[0]["budget_high"]) == (150_000, 200_000)
    assert found.counts["unreadable_amount"] == 1


def test_a_column_of_its_own_wins_over_words_in_the_amount(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(
        "线索编号,获取时间,客户名称,客户预算,预算情况\nA1,2026-05-04,甲公司,待定,已批准\nA2,2026-05-04,乙公司,无,\n",
        encoding="utf-8",
    )
    assert [row["budget_state"] for row in read(path).rows()] == ["已批准", "无"]
