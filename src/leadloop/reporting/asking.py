"""Asks the analysis and remembers the last answers: the same question of the same data has one answer.

The key holds the whole scope, so the reader's visibility is part of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from threading import Lock
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from leadloop import analysis
from leadloop.analysis.results import Conversion, Funnel
from leadloop.analysis.scope import Scope
from leadloop.foundation.period import Period
from leadloop.store.snapshots import Snapshot

Answer = TypeVar("Answer")

MOST_KEPT = 256
ENOUGH_LEADS = 20
FILTERS = ("source", "team", "owner", "industry", "size", "region", "grade", "campaign")
"""Columns that the pages offer as filters and dimensions, in this order."""
CURRENCY = "currency"
"""Offered where there are several."""

_kept: OrderedDict[Hashable, Any] = OrderedDict()
_lock = Lock()


def conversion(snapshot: Snapshot, scope: Scope, *, customers: bool = False) -> Conversion:
    """``customers``: with what each customer brought to date, which costs a pass over all deals."""
    return _once(
        ("conversion", snapshot.id, scope, customers),
        lambda: analysis.conversion(_journeys(snapshot, scope), scope=scope, customers=customers),
    )


def funnel(snapshot: Snapshot, scope: Scope) -> Funnel:
    return _once(
        ("funnel", snapshot.id, scope), lambda: analysis.funnel(_journeys(snapshot, scope), scope=scope)
    )


def values(snapshot: Snapshot, scope: Scope) -> Conversion:
    """How many leads each value of each filter has among what the reader sees, whatever the period."""
    available = _journeys(snapshot, scope).dimensions()
    whole = Scope(
        as_of=scope.as_of,
        process=scope.process,
        dimensions=tuple((column,) for column in (*FILTERS, CURRENCY) if column in available),
        visibility=scope.visibility,
        zone=scope.zone,
    )
    return conversion(snapshot, whole)


def usual_process(snapshot: Snapshot) -> str | None:
    """The process that all leads are in; None when there are several: they meet on the canonical steps."""
    found = _once(("process", snapshot.id), lambda: _processes(snapshot))
    return found[0] if len(found) == 1 else None


def usual_period(snapshot: Snapshot, zone: str) -> Period | None:
    """The last full quarter; if hardly anything was captured in it, the quarter of the newest lead, else all.

    A full quarter is comparable with the one before and old enough for most of its leads to be decided,
    which this month is not.
    """
    return _once(("period", snapshot.id, zone), lambda: _usual_period(snapshot, zone))


def _usual_period(snapshot: Snapshot, zone: str) -> Period | None:
    today = snapshot.as_of.astimezone(ZoneInfo(zone)).date()
    last = Period.containing(today, "quarter", zone).previous()
    if _captured(snapshot, last) >= ENOUGH_LEADS:
        return last
    newest = _newest_day(snapshot, zone)
    if newest is None:
        return last
    quarter = Period.containing(min(newest, today), "quarter", zone)
    return quarter if _captured(snapshot, quarter) >= ENOUGH_LEADS else None


def _captured(snapshot: Snapshot, period: Period) -> int:
    leads = snapshot.journeys().journeys
    inside = (leads.captured_at >= period.starts_at) & (leads.captured_at < period.ends_at)
    return int(leads.filter(inside).count().to_pyarrow().as_py())


def _newest_day(snapshot: Snapshot, zone: str) -> date | None:
    newest = snapshot.journeys().journeys.captured_at.max().to_pyarrow().as_py()
    return None if newest is None else newest.astimezone(ZoneInfo(zone)).date()


def _processes(snapshot: Snapshot) -> list[str]:
    column = snapshot.journeys().journeys.select("process").distinct()
    return sorted(name for name in column.to_pyarrow()["process"].to_pylist() if name is not None)


def _journeys(snapshot: Snapshot, scope: Scope) -> analysis.Journeys:
    return snapshot.journeys(canonical=scope.process is None)


def _once(key: Hashable, ask: Callable[[], Answer]) -> Answer:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            found: Answer = _kept[key]
            return found
    answer = ask()
    with _lock:
        _kept[key] = answer
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return answer
