from __future__ import annotations

import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadloop.intake.amounts import decimal_comma, parse_amount, parse_amounts, parse_counts, parse_percents


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("180000", 180_000),
        ("180,000.00", 180_000),
        ("180 000", 180_000),
        ("18万", 180_000),
        ("18万元", 180_000),
        ("¥18万", 180_000),
        ("￥180,000", 180_000),
        ("人民币18万元整", 180_000),
        ("1.2亿", 120_000_000),
        ("3千", 3_000),
        ("USD 5,000", 5_000),
        ("5,000 USD", 5_000),
        ("$5k", 5_000),
        ("US$ 1.5m", 1_500_000),
        ("1.234,56", 1_234.56),
        ("1.234.567", 1_234_567),
        ("12,5", 12.5),
        ("(500)", -500),
        ("-500.5", -500.5),
        ("约20万", 200_000),
        ("20万以上", 200_000),
        ("0", 0),
        ("１８万", 180_000),
    ],
)
def test_forms_of_an_amount(text: str, value: float) -> None:
    money = parse_amount(text)
    assert money is not None
    assert money.value == pytest.approx(value, abs=1e-9)
    assert money.low is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("15-20万", 150_000, 200_000),
        ("15万-20万", 150_000, 200_000),
        ("15~20万元", 150_000, 200_000),
        ("15至20万", 150_000, 200_000),
        ("5千-1万", 5_000, 10_000),
        ("¥15-20万", 150_000, 200_000),
        ("10,000 - 20,000", 10_000, 20_000),
        ("$5k to $10k", 5_000, 10_000),
    ],
)
def test_a_range_counts_with_its_middle(text: str, low: float, high: float) -> None:
    money = parse_amount(text)
    assert money is not None
    assert (money.value, money.low, money.high) == ((low + high) / 2, low, high)


@pytest.mark.parametrize("text", ["面议", "tbd", "18万吨", "2026-06-03", "1-2-3", "", "万", "--5", "=1+1"])
def test_no_amount(text: str) -> None:
    assert parse_amount(text) is None


def test_unit_of_the_header_applies_where_the_value_names_none() -> None:
    amounts = parse_amounts(pa.array(["15", "15万", "15-20", None]), factor=10_000)
    assert amounts.values[:3].tolist() == [150_000, 150_000, 175_000]
    assert math.isnan(amounts.values[3])
    assert amounts.bad.tolist() == [False] * 4


def test_currency_of_the_value() -> None:
    money = parse_amount("US$ 5,000")
    assert money is not None
    assert money.currency == "USD"
    assert parse_amounts(pa.array(["5", "€ 7"])).currencies == [None, "EUR"]


def test_decimal_comma_is_decided_by_the_column() -> None:
    european = pa.array(["1.234", "17,5"])
    assert decimal_comma(european)
    assert parse_amounts(european, comma=True).values.tolist() == [1234, 17.5]
    assert not decimal_comma(pa.array(["1,234", "17.5"]))
    assert not decimal_comma(pa.array(["1,234", "1234"]))


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False).map(lambda x: round(x, 2)))
def test_what_is_written_is_read(value: float) -> None:
    for text in (
        f"{value:.2f}",
        f"{value:,.2f}",
        f"¥{value:,.2f}" if value >= 0 else f"-¥{-value:,.2f}",
        f"CNY {value:.2f}",
    ):
        money = parse_amount(text)
        assert money is not None, text
        assert money.value == pytest.approx(value, abs=1e-6)


@given(st.floats(min_value=0, max_value=1e12, allow_nan=False).map(lambda x: round(x, 2)))
def test_european_form_is_read(value: float) -> None:
    text = f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    money = parse_amount(text, comma=True)
    assert money is not None
    assert money.value == pytest.approx(value, abs=1e-6)


@given(
    st.integers(min_value=1, max_value=99_999),
    st.sampled_from([("万", 10_000), ("亿", 10**8), ("k", 1000), ("千", 1000)]),
)
def test_units_multiply(number: int, unit: tuple[str, int]) -> None:
    money = parse_amount(f"{number / 100}{unit[0]}")
    assert money is not None
    assert money.value == pytest.approx(number * unit[1] / 100)


@given(st.lists(st.text(max_size=20), max_size=20))
def test_any_text_is_read_or_bad(texts: list[str]) -> None:
    amounts = parse_amounts(pa.array(texts, pa.string()))
    assert [math.isnan(value) for value in amounts.values] == amounts.bad.tolist()


def test_percents() -> None:
    values, bad = parse_percents(pa.array(["9.98%", "0.2", "45", "100 %", None, "x"]))
    assert values[:4].tolist() == pytest.approx([0.0998, 0.2, 0.45, 1.0])
    assert bad.tolist() == [False] * 5 + [True]


def test_counts() -> None:
    values, bad = parse_counts(pa.array(["8", "8次", "3.0", "many", "-2"]))
    assert values[:3].tolist() == [8, 8, 3]
    assert bad.tolist() == [False, False, False, True, True]
