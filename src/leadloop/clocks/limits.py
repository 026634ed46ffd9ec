"""Time limits as a policy has them, read into what the rules apply. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeGuard

from leadloop.foundation.worktime import ElapsedTime, TimeCount

if TYPE_CHECKING:
    from leadloop.foundation.worktime.clock import Moments

GRADES = ("A", "B", "C")
TARGET = 0.9
MOST_DAYS = 3_650


class Counted(StrEnum):
    """What a limit counts."""

    WORKING = "working"
    ELAPSED = "elapsed"
    WALL = "wall"
    """Days of the wall calendar; what falls outside working hours is moved to the next opening."""


@dataclass(frozen=True, slots=True)
class Times:
    """The two ways in which one calendar counts."""

    working: TimeCount
    elapsed: ElapsedTime


@dataclass(frozen=True, slots=True)
class Limit:
    amount: float
    unit: str
    """hours or days"""
    counted: Counted

    @property
    def span(self) -> timedelta:
        return timedelta(**{self.unit: self.amount})

    def due(self, times: Times, start: datetime) -> datetime:
        """When the limit that starts at ``start`` is over."""
        if self.counted == Counted.ELAPSED:
            return times.elapsed.after(start, self.span)
        if self.counted == Counted.WALL:
            return times.working.moved(times.elapsed.after(start, self.span))
        if self.unit == "days":
            return times.working.days_after(start, int(self.amount))
        return times.working.after(start, self.span)

    def due_many(self, times: Times, starts: Moments) -> Moments:
        if self.counted == Counted.ELAPSED:
            return times.elapsed.after_many(starts, self.span)
        if self.counted == Counted.WALL:
            return times.working.moved_many(times.elapsed.after_many(starts, self.span))
        if self.unit == "days":
            return times.working.days_after_many(starts, int(self.amount))
        return times.working.after_many(starts, self.span)


REGISTRATION = Limit(24, "hours", Counted.ELAPSED)


def _none() -> Mapping[str, Limit]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """Everything about time that one process says. None: there is no such limit."""

    first_remind: Limit | None = None
    first_due: Limit | None = None
    first_propose: Limit | None = None
    propose: str = "nothing"
    """reassign, pool or nothing"""
    cadence: Mapping[str, Limit] = field(default_factory=_none)
    cadence_escalate: Limit | None = None
    handoff_due: Limit | None = None
    registration: Limit = REGISTRATION
    log_same_day: bool = True
    pool: Mapping[str, Limit] = field(default_factory=_none)
    """By grade: how long nobody may follow up before the lead goes back to the pool."""
    pool_warn: Mapping[str, Limit] = field(default_factory=_none)
    pool_notice: Limit = field(default_factory=lambda: Limit(0, "days", Counted.ELAPSED))
    """How long an owner knows before a lead goes."""
    target: float = TARGET


def read(policies: Mapping[str, Any]) -> Limits:
    """Limits as far as they can be read; what cannot be is no limit."""
    data = _table(policies, "time_limits")
    usual = Counted.ELAPSED if data.get("calendar") == "elapsed" else Counted.WORKING
    first = _table(data, "first_follow_up")
    remind = _limit(first.get("remind"), usual) or _hours(first.get("remind_after_hours"), usual)
    due = _limit(first.get("due"), usual) or _hours(first.get("overdue_after_hours"), usual)
    propose = first.get("then") if first.get("then") in {"reassign", "pool"} else "nothing"
    handoff = _limit(_table(data, "handoff").get("due"), usual)
    cadence = _table(policies, "cadence")
    wall = Counted.ELAPSED if usual == Counted.ELAPSED else Counted.WALL
    return Limits(
        first_remind=remind,
        first_due=due,
        first_propose=_limit(first.get("propose"), usual) if propose != "nothing" else None,
        propose=str(propose),
        cadence=_cadence(cadence, wall),
        cadence_escalate=_limit(cadence.get("tell_manager_after"), usual),
        handoff_due=handoff or _hours(data.get("handoff_answer_hours"), usual),
        registration=_limit(data.get("registration"), usual) or REGISTRATION,
        log_same_day=data.get("log_follow_up", "same_day") == "same_day",
        **_pool(_table(policies, "pool"), wall),
        target=_target(_table(data, "targets")),
    )


def _cadence(data: Mapping[str, Any], wall: Counted) -> Mapping[str, Limit]:
    counted = Counted.WORKING if data.get("calendar") == "working" else wall
    found = {grade: _table(data, grade).get("every_days") for grade in GRADES}
    return {grade: Limit(float(days), "days", counted) for grade, days in found.items() if _is_amount(days)}


def _pool(data: Mapping[str, Any], wall: Counted) -> dict[str, Any]:
    counted = Counted.WORKING if data.get("calendar") == "working" else wall
    # A warning may come on any day; what it warns of may not.
    warned = Counted.ELAPSED if counted == Counted.WALL else counted
    days = _table(data, "return_after_days")
    notice = data.get("warn_days_before", 2)
    notice = float(notice) if _is_number(notice) else 2.0
    held = {grade: days[grade] for grade in GRADES if _is_amount(days.get(grade))}
    return {
        "pool": {grade: Limit(value, "days", counted) for grade, value in held.items()},
        "pool_warn": {grade: Limit(max(value - notice, 0), "days", warned) for grade, value in held.items()},
        "pool_notice": Limit(notice, "days", counted),
    }


def _limit(data: Any, usual: Counted) -> Limit | None:
    if not isinstance(data, Mapping):
        return None
    counted = Counted(data["calendar"]) if data.get("calendar") in {"working", "elapsed"} else usual
    for unit in ("hours", "days"):
        if _is_amount(data.get(unit)):
            return Limit(data[unit], unit, counted)
    return None


def _hours(value: Any, usual: Counted) -> Limit | None:
    """As versions before this one wrote it: twenty-four hours of a working calendar are one working day."""
    if not _is_amount(value):
        return None
    if usual == Counted.WORKING and value % 24 == 0:
        return Limit(value // 24, "days", usual)
    return Limit(value, "hours", usual)


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name)
    return found if isinstance(found, Mapping) else {}


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_DAYS


def _is_amount(value: Any) -> TypeGuard[float]:
    return _is_number(value) and value > 0


def _target(data: Mapping[str, Any]) -> float:
    value = data.get("follow_up_timeliness")
    return float(value) if _is_number(value) and 0 < value <= 1 else TARGET
