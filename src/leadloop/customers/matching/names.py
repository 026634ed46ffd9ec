"""Two company names, compared."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from functools import cache
from typing import NamedTuple

from leadloop.customers.company_names import CompanyName, sound_key
from leadloop.customers.trades import brand as brand_of
from leadloop.customers.trades import only_trades
from leadloop.foundation.messages import Message, msg

_SHORTEST_FOR_TYPOS = 4
_LONG = 8
"""Signs from which on a name may differ in two."""


class Likeness(IntEnum):
    """From nothing in common to the same; the order is that of the evidence."""

    DIFFERENT = 0
    BRAND_ONLY = 1
    """The same brand in another trade: often a sister company, seldom the same."""
    ELSEWHERE = 2
    """The same name in another province: registered names are unique within one."""
    BEGINS_LIKE = 3
    ALMOST = 4
    SOUNDS_ALIKE = 5
    SHORT_FORM = 6
    SAME = 7


class Compared(NamedTuple):
    likeness: Likeness
    reason: Message | None


REASONS = {
    Likeness.BRAND_ONLY: msg("The same brand, another trade"),
    Likeness.ELSEWHERE: msg("The same company name in another region"),
    Likeness.BEGINS_LIKE: msg("One name begins with the other"),
    Likeness.ALMOST: msg("The names differ by a sign or two"),
    Likeness.SOUNDS_ALIKE: msg("The names sound the same"),
    Likeness.SHORT_FORM: msg("One name is the short form of the other"),
    Likeness.SAME: msg("The same company name"),
}


def compare(one: CompanyName, other: CompanyName) -> Compared:
    found = likeness(one, other)
    return Compared(found, REASONS.get(found))


def likeness(one: CompanyName, other: CompanyName) -> Likeness:
    if not one.key or not other.key:
        return Likeness.DIFFERENT
    found = _of_keys(one.key, other.key)
    if found >= Likeness.ALMOST and _elsewhere(one, other):
        return Likeness.ELSEWHERE if found == Likeness.SAME else Likeness.BRAND_ONLY
    return found


def _of_keys(one: str, other: str) -> Likeness:
    if one == other:
        return Likeness.SAME
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return _beginning(short, long)
    if len(short) == len(long) and sound_key(one) == sound_key(other):
        return Likeness.SOUNDS_ALIKE
    if _almost(short, long):
        return Likeness.ALMOST
    return Likeness.BRAND_ONLY if brand_of(one) == brand_of(other) else Likeness.DIFFERENT


def _beginning(short: str, long: str) -> Likeness:
    """华信 is short for 华信科技; 华 or 中国 is not short for anything."""
    rest = long[len(short) :]
    if len(short) < 2 or only_trades(short):
        return Likeness.DIFFERENT
    if only_trades(rest):
        return Likeness.SHORT_FORM
    return Likeness.BEGINS_LIKE


def _almost(short: str, long: str) -> bool:
    allowed = 0 if len(short) < _SHORTEST_FOR_TYPOS else 1 if len(long) < _LONG else 2
    if not allowed or len(long) - len(short) > allowed:
        return False
    # A word for a trade is no typing error: 恒瑞医药 and 恒瑞医疗 are two companies.
    brands = brand_of(short), brand_of(long)
    if brands[0] == brands[1] and brands[0] not in {short, long}:
        return False
    return _distance()(short, long, score_cutoff=allowed) <= allowed


@cache
def _distance() -> Callable[..., int]:
    """Loaded when first needed: most processes never compare names."""
    from rapidfuzz.distance import OSA

    return OSA.distance


def _elsewhere(one: CompanyName, other: CompanyName) -> bool:
    return bool(one.province and other.province and one.province != other.province)
