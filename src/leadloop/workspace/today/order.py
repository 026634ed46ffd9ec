"""In which order things are due: urgency times value, and the reason in words. Pure.

- *Urgency* grows from 1 (end of the day) to 2 (now), and with the working time that something is overdue to 4
  after five working days. A week more does not make it more pressing than that: it is a case for the manager.
- *Value* is the grade's weight times the root of the amount over the reader's average amount in its currency,
  between a half and two: an amount four times the average counts double. Without an amount it counts as
  three quarters of the average. A high priority is half as much again, a low one two thirds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from types import MappingProxyType

from leadloop.foundation.messages import Message, msg

WORKING_DAY = timedelta(hours=8)
MOST_DAYS_OVER = 5
GRADES: Mapping[str, float] = MappingProxyType({"A": 1.6, "B": 1.0, "C": 0.6, "": 0.8})
PRIORITIES: Mapping[str, float] = MappingProxyType({"high": 1.5, "normal": 1.0, "low": 2 / 3})
LARGE, SMALL = 2.0, 0.5
"""Times the average amount: what is called large or small in words."""
UNKNOWN_AMOUNT = 0.75
SOON = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Case:
    """What the order goes by. ``left``: working time; negative when it is overdue."""

    left: timedelta
    grade: str
    share: float | None
    """Amount over the reader's average in that currency."""
    priority: str = "normal"
    moves: int = 0
    """How often it was put off."""


@dataclass(frozen=True, slots=True)
class Place:
    score: float
    reasons: tuple[Message, ...]


def place(case: Case) -> Place:
    return Place(urgency(case.left) * value(case), reasons(case))


def urgency(left: timedelta) -> float:
    days = left / WORKING_DAY
    if days < 0:
        return 2.0 + 2.0 * min(-days, MOST_DAYS_OVER) / MOST_DAYS_OVER
    return 2.0 - min(days, 1.0)


def value(case: Case) -> float:
    root = UNKNOWN_AMOUNT if case.share is None else min(max(sqrt(case.share), 0.5), 2.0)
    return GRADES.get(case.grade, GRADES[""]) * root * PRIORITIES.get(case.priority, 1.0)


def reasons(case: Case) -> tuple[Message, ...]:
    """Why it stands where it stands, the most telling first; how late it is stands beside them already."""
    found = [_urgent(case.left)]
    if case.priority == "high":
        found.append(msg("high priority"))
    if case.grade in {"A", "B", "C"}:
        found.append(msg("grade %(grade)s", grade=case.grade))
    if case.share is not None and case.share >= LARGE:
        found.append(msg("amount %(times)s × your average", times=f"{case.share:.1f}"))
    elif case.share is not None and case.share <= SMALL:
        found.append(msg("small amount"))
    if case.priority == "low":
        found.append(msg("low priority"))
    if case.moves > 1:
        found.append(msg("put off %(count)s times", count=case.moves))
    return tuple(found)


def _urgent(left: timedelta) -> Message:
    if left < -MOST_DAYS_OVER * WORKING_DAY:
        return msg("long overdue")
    if left < timedelta(0):
        return msg("overdue")
    return msg("due soon") if left <= SOON else msg("due today")
