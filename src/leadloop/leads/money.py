"""Sums of money in several currencies. They stand side by side and are never added: nobody gave a rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

MAIN = "CNY"


@dataclass(frozen=True, slots=True)
class Money:
    currency: str
    amount: Decimal


Sums = tuple[Money, ...]


@dataclass(slots=True)
class Purse:
    """What comes together, by currency."""

    amounts: dict[str, Decimal]
    counts: dict[str, int]

    @classmethod
    def empty(cls) -> Purse:
        return cls({}, {})

    def add(self, currency: str, amount: Decimal | None, count: int) -> None:
        """``amount`` is the sum of ``count`` leads; None where none of them has one."""
        if amount is not None:
            code = currency or MAIN
            self.amounts[code] = self.amounts.get(code, Decimal(0)) + amount
            self.counts[code] = self.counts.get(code, 0) + count


def main_first(purses: Iterable[Purse]) -> list[str]:
    """Every currency of them, that of most leads first."""
    counts: dict[str, int] = {}
    for purse in purses:
        for code, count in purse.counts.items():
            counts[code] = counts.get(code, 0) + count
    return sorted(counts, key=lambda code: (-counts[code], code))


def sums(amounts: Mapping[str, Decimal], order: Iterable[str]) -> Sums:
    return tuple(Money(code, amounts[code]) for code in order if code in amounts)


def times(whole: Sums, factor: Decimal) -> Sums:
    return tuple(Money(one.currency, one.amount * factor) for one in whole)
