"""Amounts of money and other numbers as people write them: 15-20万, ¥18万, 1.2亿, (500), 1.234,56."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.intake.headers import CURRENCIES, FACTORS

Floats = npt.NDArray[np.float64]

_PLAIN = r"^[+-]?[0-9]+(\.[0-9]+)?$"
_NUMBER = r"[0-9][0-9.,' ]*"
_FACTOR = "|".join(
    re.escape(word) for word in sorted(FACTORS, key=len, reverse=True) if word not in ("000", "000s", "10k")
)
_CURRENCY = "|".join(re.escape(word) for word in sorted(CURRENCIES, key=len, reverse=True))
_MONEY = re.compile(
    rf"^(?P<sign>[-+(]?)\s*(?P<before>{_CURRENCY})?\s*(?P<sign2>-)?\s*(?P<low>{_NUMBER})\s*(?P<low_factor>{_FACTOR})?"
    rf"(?:\s*(?P<low_currency>{_CURRENCY}))?"
    rf"(?:\s*(?:-|~|–|—|－|至|到|to)\s*(?:{_CURRENCY})?\s*(?P<high>{_NUMBER})\s*(?P<high_factor>{_FACTOR})?)?"
    rf"\s*(?P<after>{_CURRENCY})?(?P<end>[)\s+]*(?:以上|以下|以内|左右|上下|整)?)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:约|大约|预计|近|大概|about|approx\.?|ca\.?|circa|<|>|≤|≥|~|≈)\s*", re.IGNORECASE)


class Money(NamedTuple):
    value: float
    low: float | None
    high: float | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Amounts:
    """``values`` are NaN where there is none; ``low`` and ``high`` where no range is given."""

    values: Floats
    low: Floats
    high: Floats
    bad: npt.NDArray[np.bool_]
    currencies: list[str | None] | None
    """None when no value names a currency."""


def parse_amounts(values: pa.Array, *, factor: float = 1.0, comma: bool = False) -> Amounts:
    """Parse a string array. ``factor`` comes from the header, for values that name none; ``comma`` says that
    the comma is the decimal mark."""
    size = len(values)
    out, low, high = np.full(size, np.nan), np.full(size, np.nan), np.full(size, np.nan)
    filled = values.is_valid().to_numpy(zero_copy_only=False)
    plain = np.zeros(size, np.bool_)
    if not comma and filled.any():
        plain = pc.fill_null(pc.match_substring_regex(values, _PLAIN), False).to_numpy(zero_copy_only=False)
        out[plain] = pc.cast(values.filter(pa.array(plain)), pa.float64()).to_numpy() * factor
    rest = np.flatnonzero(filled & ~plain)
    currencies: list[str | None] | None = None
    for index, text in zip(rest.tolist(), values.take(pa.array(rest)).to_pylist(), strict=True):
        money = parse_amount(text, factor=factor, comma=comma)
        if money is None:
            continue
        out[index] = money.value
        if money.low is not None and money.high is not None:
            low[index], high[index] = money.low, money.high
        if money.currency:
            currencies = currencies or [None] * size
            currencies[index] = money.currency
    return Amounts(out, low, high, filled & np.isnan(out), currencies)


@lru_cache(maxsize=100_000)
def parse_amount(text: str, *, factor: float = 1.0, comma: bool = False) -> Money | None:
    """One amount; a range has its midpoint as the value. None if it is no amount."""
    flat = _ABOUT.sub("", unicodedata.normalize("NFKC", text).strip().replace("−", "-"))
    found = _MONEY.match(flat)
    if found is None or (found["sign"] and found["sign2"]):
        return None
    first, second = _number(found["low"], comma=comma), _number(found["high"], comma=comma)
    if first is None or (found["high"] and second is None):
        return None
    currency = CURRENCIES.get((found["before"] or found["low_currency"] or found["after"] or "").lower())
    negative = found["sign"].strip() in ("-", "(") or bool(found["sign2"])
    own = (found["high_factor"] or found["low_factor"] or "").lower()
    used = FACTORS[own] if own else factor
    if second is None:
        value = first * used
        return Money(_rounded(-value if negative else value), None, None, currency)
    low_word = (found["low_factor"] or "").lower()
    low = _rounded(first * (FACTORS[low_word] if low_word else used))
    high = _rounded(second * used)
    low, high = min(low, high), max(low, high)
    return Money(_rounded((low + high) / 2), low, high, currency)


def _number(text: str | None, *, comma: bool) -> float | None:
    if not text:
        return None
    digits = text.strip().replace(" ", "").replace("'", "")
    last_dot, last_comma = digits.rfind("."), digits.rfind(",")
    if last_dot >= 0 and last_comma >= 0:
        comma = last_comma > last_dot
    elif last_comma >= 0 and not comma:
        comma = re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+|[0-9]{1,4}(,[0-9]{4})+", digits) is None
    elif last_dot >= 0 and (comma or digits.count(".") > 1):
        comma = re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", digits) is not None
    digits = digits.replace(".", "").replace(",", ".") if comma else digits.replace(",", "")
    try:
        return float(digits)
    except ValueError:
        return None


def _rounded(value: float) -> float:
    """Without the dust of multiplying by 1e4: 1.1 * 10000 is 11000.000000000002."""
    return round(value, 6)


def decimal_comma(values: pa.Array) -> bool:
    """Whether the column writes 1.234,56: some value proves it and none the other way."""
    if values.null_count == len(values):
        return False
    european = pc.match_substring_regex(
        values, r"[0-9],[0-9]{1,2}([^0-9,.]|$)|\.[0-9]{3},[0-9]+|[0-9]\.[0-9]{3}\.[0-9]{3}"
    )
    english = pc.match_substring_regex(
        values, r"[0-9]\.[0-9]{1,2}([^0-9,.]|$)|,[0-9]{3}\.[0-9]+|[0-9],[0-9]{3},[0-9]{3}"
    )
    return bool(pc.any(european).as_py()) and not bool(pc.any(english).as_py())


def parse_percents(values: pa.Array) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Shares: ``9.98%`` and ``0.0998`` are both 0.0998; a bare number above 1 is taken as per cent."""
    size = len(values)
    out = np.full(size, np.nan)
    filled = values.is_valid().to_numpy(zero_copy_only=False)
    for index, text in enumerate(values.to_pylist()):
        if text is not None:
            out[index] = _percent(text)
    return out, filled & np.isnan(out)


@lru_cache(maxsize=10_000)
def _percent(text: str) -> float:
    flat = unicodedata.normalize("NFKC", text).strip()
    signed = flat.endswith("%")
    number = _number(flat.rstrip("% ").replace("-", "", 1), comma=False) if flat else None
    if number is None:
        return float("nan")
    number = -number if flat.startswith("-") else number
    return number / 100 if signed or abs(number) > 1 else number


def parse_counts(values: pa.Array) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Numbers of things: ``8``, ``8次``, ``8 times``, ``8.0``."""
    bare = pc.replace_substring_regex(
        values, r"^\s*([0-9]+(?:\.[0-9]+)?)\s*(?:次|个|人|位|分|级|天|times?|x)?\s*$", r"\1"
    )
    amounts = parse_amounts(bare)
    whole = np.where(amounts.values >= 0, amounts.values, np.nan)
    return whole, values.is_valid().to_numpy(zero_copy_only=False) & np.isnan(whole)
