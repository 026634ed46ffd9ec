"""Costs spread by day, and tables as they are pasted: exact to the cent."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadloop.foundation.errors import DataError
from leadloop.foundation.period import Period
from leadloop.marketing.rules import check_parent, per, read_amount, read_pasted, share, subtree

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
amounts = st.decimals(min_value=0, max_value=10**12, places=2)
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@PATIENT
@given(amounts, days, st.integers(1, 800), st.lists(days, min_size=1, max_size=6))
def test_the_shares_of_following_periods_add_up_to_the_amount(amount, start, length, cuts) -> None:
    end = start + timedelta(days=length)
    edges = sorted({start - timedelta(days=3), end + timedelta(days=3), *cuts})
    periods = [Period(first, last) for first, last in pairwise(edges)]
    inside = [period for period in periods if period.start >= edges[0]]
    first, last = edges[0], edges[-1]
    whole = share(amount, start, end, Period(first, last))
    assert sum(share(amount, start, end, period) for period in inside) == whole
    if first <= start and last >= end:
        assert whole == amount
    assert all(share(amount, start, end, period) >= 0 for period in inside)


def test_a_quarter_of_a_yearly_fee() -> None:
    fee = Decimal("36500.00")
    assert share(fee, date(2026, 1, 1), date(2027, 1, 1), Period.parse("2026-Q2")) == Decimal("9100.00")
    assert share(fee, date(2026, 1, 1), date(2027, 1, 1), Period.parse("2025")) == Decimal("0.00")
    assert share(Decimal("0.01"), date(2026, 1, 1), date(2027, 1, 1), None) == Decimal("0.01")


def test_cost_per_nothing_is_unknown() -> None:
    assert per(Decimal(100), 0) is None
    assert per(None, 3) is None
    assert per(Decimal("100.00"), 3) == Decimal("33.33")
    assert per(Decimal("0.00"), 3) == Decimal("0.00")


@PATIENT
@given(
    st.dictionaries(st.integers(1, 8), st.one_of(st.none(), st.integers(1, 8))),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_a_move_that_is_let_through_makes_no_cycle(parents, channel, parent) -> None:
    tree: dict[int, int | None] = {}
    for child, above in parents.items():
        try:
            check_parent(tree, channel=child, parent=above)
        except DataError:
            continue
        tree[child] = above
    try:
        check_parent(tree, channel=channel, parent=parent)
    except DataError:
        assert parent in subtree(tree, channel)
        return
    tree[channel] = parent
    for start in tree:
        seen, at = set(), start
        while at is not None:
            assert at not in seen
            seen.add(at)
            at = tree.get(at)


def test_a_cycle_written_past_the_program_ends_the_walk() -> None:
    assert set(subtree({1: 2, 2: 1, 3: 2}, 1)) == {1, 2, 3}
    check_parent({1: 2, 2: 1}, channel=9, parent=1)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("18,000.00", "18000.00"), ("¥18000", "18000"), ("1.8万", "18000"), ("０.５亿", "50000000"),
     ("12元", "12"),
     ("0", "0"), ("99999999999.99", "99999999999.99"), ("$1,234.5", "1234.5")],
)  # fmt: skip
def test_amounts_are_read_exactly(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "abc", "1e5", "NaN", "1.2.3", "12 apples", "=1+1", "--5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        read_amount(text)


def test_a_table_as_a_spreadsheet_copies_it() -> None:
    text = (
        "渠道\t期间\t金额\t用途\n"
        "展会\t2026-06\t18,000.00\t展位\n"
        "官网\t2026-04-01\t2026-06-30\t3.6万\n"
        "百度\t2026年7月\t¥500.50\n"
        "\n"
        "邮件, 2026-Q3, 1200, 群发\n"
    )
    found = list(read_pasted(text))
    assert [line.error for line in found] == [None] * 4
    assert [(line.name, line.start, line.end, line.amount, line.note) for line in found] == [
        ("展会", date(2026, 6, 1), date(2026, 7, 1), Decimal("18000.00"), "展位"),
        ("官网", date(2026, 4, 1), date(2026, 7, 1), Decimal("36000"), ""),
        ("百度", date(2026, 7, 1), date(2026, 8, 1), Decimal("500.50"), ""),
        ("邮件", date(2026, 7, 1), date(2026, 10, 1), Decimal("1200"), "群发"),
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("展会", "with tabs or commas"),
        ("展会\t2026-06", "with tabs or commas"),
        ("展会\t2026-13\t100", "not a period"),
        ("展会\t2026-06-31\t2026-07-01\t100", "not a day"),
        ("展会\t2026-06-30\t2026-06-01\t100", "before the first"),
        ("展会\t2026-06\t-5", "zero or more"),
        ("展会\t2026-06\t1.234", "two decimal places"),
        ("展会\t2026-06\tviel", "not an amount"),
        ("\t2026-06\t5", "name"),
        ("展会\t2026-06-01\t2026-06-30\t", "missing|not an amount"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, what: str) -> None:
    (found,) = read_pasted(line)
    assert found.error is not None
    assert re.search(what, str(found.error))


@PATIENT
@given(st.text(max_size=400))
def test_anything_may_be_pasted(text: str) -> None:
    for line in read_pasted(text):
        assert line.error is not None or (line.amount is not None and line.start < line.end)
