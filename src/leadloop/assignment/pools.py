"""The pools of a process as data: which lead waits where, who sees it, and what before a claim.

A lead without owner waits in the first pool whose conditions all hold, else in the common one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from leadloop.analysis.scope import PoolSight
from leadloop.assignment.rules import Condition, Known, conditions_of
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg

SHOWABLE: Mapping[str, Message] = MappingProxyType(
    {
        "customer": msg("customer"),
        "industry": msg("industry"),
        "region": msg("region"),
        "size": msg("company size"),
        "channel": msg("channel"),
        "first_need": msg("first need"),
        "contact": msg("contact details"),
    }
)
"""What a pool may show before a claim; grade and how long a lead waits are always shown."""

LISTED = frozenset({"customer", "industry", "region", "channel"})
"""What lead lists and lead pages show. A pool that hides one of these exists on the pool page only."""

GRADES = ("A", "B", "C")
COMMON = "common"
MOST_POOLS = 50
MOST_DAYS = 3_650

Below = Callable[[str], Iterable[str]]
"""Channel id -> its own and those of the channels below it."""


@dataclass(frozen=True, slots=True)
class Pool:
    key: str
    name: str = ""
    conditions: tuple[Condition, ...] = ()
    seen_by: frozenset[int] = frozenset()
    """Teams, with those below them; empty: every representative."""
    claimed_by: frozenset[int] = frozenset()
    """Teams; empty: whoever sees it."""
    shown: frozenset[str] = frozenset()
    daily_views: int = 0
    cooling_off_hours: int = 0
    problem: Message | None = None

    @property
    def listed(self) -> bool:
        """Its leads are seen in lists and on lead pages, too, by whoever sees the pool."""
        return self.shown >= LISTED and not self.daily_views


@dataclass(frozen=True, slots=True)
class PoolPolicy:
    pools: tuple[Pool, ...]
    """The common one last."""
    return_after_days: Mapping[str, float]
    warn_days_before: float = 2
    open_claims: int = 20
    own_former_lead_days: float = 7

    def pool(self, key: str) -> Pool:
        return next((pool for pool in self.pools if pool.key == key), self.pools[-1])


def read(data: Mapping[str, Any]) -> PoolPolicy:
    """The policy as far as it can be read; what cannot be is as the shipped policy has it."""
    rows = data.get("pools")
    pools = [_pool(row, n, data) for n, row in enumerate(rows if isinstance(rows, list) else [], start=1)]
    common = Pool(
        key=COMMON,
        name="",
        shown=_shown(data),
        daily_views=_count(data, "daily_views"),
        cooling_off_hours=_count(data, "cooling_off_hours"),
        seen_by=_ids(data.get("seen_by")),
        claimed_by=_ids(data.get("claimed_by")),
    )
    days = data.get("return_after_days")
    return PoolPolicy(
        pools=(*pools, common),
        return_after_days={
            grade: float(days[grade])
            for grade in GRADES
            if isinstance(days, Mapping) and _is_days(days.get(grade)) and days[grade] > 0
        },
        warn_days_before=_days(data, "warn_days_before", 2),
        open_claims=_count(data, "open_claims_per_person"),
        own_former_lead_days=_days(data, "own_former_lead_days", 7),
    )


def check(data: Mapping[str, Any], known: Known) -> None:
    """Raise :class:`DataError` with the pool's number and the field unless everything can be read."""
    rows = data.get("pools", [])
    if not isinstance(rows, list) or len(rows) > MOST_POOLS:
        raise DataError(msg("At most %(most)s pools.", most=MOST_POOLS), field="pools")
    days = data.get("return_after_days", {})
    for grade, value in days.items() if isinstance(days, Mapping) else ():
        if grade not in GRADES or not _is_days(value):
            raise DataError(
                msg("Days are numbers from 0 to %(most)s.", most=MOST_DAYS), field="return_after_days"
            )
    for name in ("warn_days_before", "own_former_lead_days"):
        if not _is_days(data.get(name, 0)):
            raise DataError(msg("Days are numbers from 0 to %(most)s.", most=MOST_DAYS), field=name)
    keys = {COMMON}
    for number, pool in enumerate(read(data).pools[:-1], start=1):
        why = pool.problem or _wrong(pool, known, keys)
        if why is not None:
            raise DataError(msg("Pool %(number)s: %(why)s", number=number, why=why), field="pools")
        keys.add(pool.key)


def _wrong(pool: Pool, known: Known, keys: set[str]) -> Message | None:
    if pool.key in keys:
        return msg("Its key is another pool's.")
    if not pool.name.strip():
        return msg("It needs a name.")
    if not pool.conditions:
        return msg("Without a condition it would be the common pool.")
    if (pool.seen_by | pool.claimed_by) - known.teams:
        return msg("There is no such team any more.")
    return None


def sights(policy: PoolPolicy, process: str, teams: frozenset[int], below: Below) -> tuple[PoolSight, ...]:
    """The pools as a representative of ``teams`` (the own ones and those above) sees them."""
    found = []
    for pool in policy.pools:
        if pool.problem is not None:
            continue
        seen = not pool.seen_by or not pool.seen_by.isdisjoint(teams)
        found.append(
            PoolSight(
                process=process,
                conditions=tuple(_as_values(one, below) for one in pool.conditions),
                listed=seen and pool.listed,
                contacts=seen and "contact" in pool.shown,
            )
        )
    return tuple(found)


def _as_values(condition: Condition, below: Below) -> tuple[str, tuple[str, ...]]:
    if condition.field != "channel":
        return condition.field, condition.values
    wanted = sorted({one for value in condition.values for one in below(value)})
    return "source", tuple(wanted)


def _pool(row: Any, number: int, defaults: Mapping[str, Any]) -> Pool:
    if not isinstance(row, Mapping):
        return Pool(key=f"pool-{number}", problem=msg("It cannot be read."))
    key, name = str(row.get("key") or f"pool-{number}")[:60], str(row.get("name") or "")[:120]
    try:
        conditions = conditions_of(row.get("when"))
    except DataError as error:
        return Pool(key=key, name=name, problem=error.message)
    rules = {**defaults, **row}
    return Pool(
        key=key,
        name=name,
        conditions=conditions,
        seen_by=_ids(row.get("seen_by")),
        claimed_by=_ids(row.get("claimed_by")),
        shown=_shown(rules),
        daily_views=_count(rules, "daily_views"),
        cooling_off_hours=_count(rules, "cooling_off_hours"),
    )


def _shown(data: Mapping[str, Any]) -> frozenset[str]:
    named = data.get("shown_before_claim")
    return frozenset(str(name) for name in named) & SHOWABLE.keys() if isinstance(named, list) else LISTED


def _ids(values: Any) -> frozenset[int]:
    return (
        frozenset(value for value in values if isinstance(value, int))
        if isinstance(values, list)
        else frozenset()
    )


def _count(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0


def _days(data: Mapping[str, Any], name: str, default: float) -> float:
    value = data.get(name, default)
    return float(value) if _is_days(value) else default


def _is_days(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_DAYS
