from __future__ import annotations

from decimal import Decimal

import pytest

from leadloop.foundation import numbers


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (8_500, "8,500", "8.5 k"),
        (180_000, "18 万", "180 k"),
        (185_400, "18.5 万", "185.4 k"),
        (-180_000, "-18 万", "-180 k"),
        (Decimal("12345678.90"), "1,235 万", "12.3 M"),
        (99_999_999, "1 亿", "100 M"),
        (120_000_000, "1.2 亿", "120 M"),
        (999_960, "100 万", "1 M"),
    ],
)
def test_compact(value: float, chinese: str, english: str) -> None:
    assert numbers.compact(value, "zh-hans") == chinese
    assert numbers.compact(value, "en") == english


def test_exact_amount() -> None:
    assert numbers.exact_amount(Decimal("180000.5")) == "¥180,000.50"
    assert numbers.exact_amount(1234, "CHF") == "CHF 1,234.00"


def test_percent_rounds_half_up() -> None:
    assert numbers.percent(0.215) == "21.5%"
    assert numbers.percent(0.0005) == "0.1%"
    assert numbers.percent(0.125, 0) == "13%"
