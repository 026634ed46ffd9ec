"""One measured figure, and how to measure two things against each other.

Shared machines drift by a third within minutes. So a figure is the median of several rounds, and a
ratio is taken between two things measured in turn (A B A B …) in the same rounds, of which the
first is thrown away.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    job: str
    leads: int
    database: str
    value: float | None
    unit: str
    compared_with: str | None = None
    ratio: float | None = None
    """value / the yardstick's; for rates the higher is the better, for times the lower."""
    target: str | None = None
    met: bool | None = None
    spread: tuple[float, float] | None = None
    """Smallest and largest round."""
    yardstick: float | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        found = asdict(self)
        for name in ("value", "ratio", "yardstick"):
            if found[name] is not None:
                found[name] = float(f"{found[name]:.6g}")
        return found


@dataclass(frozen=True, slots=True)
class Rounds:
    """What each round gave, the thrown-away first one left out."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.values), max(self.values)


def in_turn(*things: Callable[[], float], rounds: int = ROUNDS) -> tuple[Rounds, ...]:
    """Each thing once per round, in turn; each gives its own measurement."""
    found: list[list[float]] = [[] for _ in things]
    for number in range(rounds + 1):
        for thing, values in zip(things, found, strict=True):
            value = thing()
            if number:
                values.append(value)
    return tuple(Rounds(tuple(values)) for values in found)


def ratio(of: Rounds, to: Rounds) -> float:
    """Median of the ratios within each round: drift between rounds cancels."""
    return statistics.median(a / b for a, b in zip(of.values, to.values, strict=True))


def seconds(thing: Callable[[], object]) -> float:
    started = time.perf_counter()
    thing()
    return time.perf_counter() - started


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def at_most(limit: float, *, of: str = "") -> tuple[str, Callable[[float], bool]]:
    return f"<= {limit:g}{of}", lambda value: value <= limit


def at_least(limit: float, *, of: str = "") -> tuple[str, Callable[[float], bool]]:
    return f">= {limit:g}{of}", lambda value: value >= limit
