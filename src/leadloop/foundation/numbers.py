"""Numbers as people read them: 万 and 亿 in Chinese, thousands and millions in English."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

Number = int | float | Decimal

_STEPS = {
    "zh": ((Decimal(100_000_000), " 亿"), (Decimal(10_000), " 万")),
    "en": ((Decimal(1_000_000_000), " bn"), (Decimal(1_000_000), " M"), (Decimal(1_000), " k")),
}
HOME = "CNY"
"""Written without its sign where amounts are short."""
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$"}


def grouped(value: Number, places: int = 0) -> str:
    """``1234567`` as ``1,234,567``: groups of three in both languages, as in ledgers."""
    return f"{_rounded(Decimal(str(value)), places):,}"


def compact(value: Number, language: str) -> str:
    """An amount of money, short: ``18 万``, ``1.2 亿``; ``180 k``, ``1.2 M``.

    A value that rounding lifts to the next step is shown there (9,999.9 万 is 1 亿).
    """
    exact = Decimal(str(value))
    steps = _STEPS["zh" if language.startswith("zh") else "en"]
    lower = (*(step for step, _unit in steps[1:]), Decimal(1))
    for (step, unit), below in zip(steps, lower, strict=True):
        if abs(_rounded(exact / below, _places(exact / below, below))) * below >= step:
            return _short(exact / step) + unit
    return grouped(exact)


def compact_amount(value: Number, currency: str, language: str, *, always: bool = False) -> str:
    """Short, with its sign where it is not the house's own currency, or ``always``: beside another one."""
    short = compact(value, language)
    return f"{_SIGNS.get(currency, currency + ' ')}{short}" if always or currency != HOME else short


def exact_amount(value: Number, currency: str = "CNY") -> str:
    return _SIGNS.get(currency, currency + " ") + grouped(value, 2)


def percent(share: float, places: int = 1) -> str:
    """A fraction as ``21.5%``; half is rounded up, as on paper."""
    return f"{_rounded(Decimal(str(share)) * 100, places)}%"


def _short(value: Decimal) -> str:
    return grouped(value, _places(value)).removesuffix(".0")


def _places(value: Decimal, step: Decimal | None = None) -> int:
    """One place where it says something: not for single yuan, not in the thousands."""
    return 0 if step == 1 or abs(value) >= 1000 else 1


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
