"""What is asked: the population, the period, the comparison, and who is asking.

A :class:`Scope` is a value. It can be put into an address, a cache key, a saved
analysis, and gives the same answer everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from leadloop.foundation.period import DEFAULT_ZONE, Period

Basis = Literal["cohort", "activity"]


@dataclass(frozen=True, slots=True)
class PoolSight:
    """One pool of a process as a reader sees it; a lead waits in the first whose ``conditions`` all hold.

    A condition is a field of the lead and the values it may have; ``source`` holds channel ids as text.
    """

    process: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    listed: bool = True
    """Its leads exist for the reader everywhere; else only where the pool itself is shown."""
    contacts: bool = False
    """Contact details are readable before a lead is claimed."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which leads a reader may see: the union of what each part allows.

    ``everything`` needs no other part. Ids are those of the application; an
    analysis of a file uses ``Visibility.all()``. ``contacts`` says whether
    contact details are readable: ``full``, ``before_handoff`` or ``masked``.
    """

    everything: bool = False
    owner_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    customers_of: frozenset[int] = frozenset()
    """Leads of customers of which one of these people owns a lead."""
    pool: bool = False
    pools: tuple[PoolSight, ...] = ()
    """With ``pool``: which pools, in their order. A lead that none of them fits is seen."""
    contacts: Literal["full", "before_handoff", "masked"] = "full"

    @classmethod
    def all(cls) -> Visibility:
        return cls(everything=True)

    @classmethod
    def nothing(cls) -> Visibility:
        return cls(contacts="masked")


@dataclass(frozen=True, slots=True)
class Filter:
    """A dimension must have one of ``values``; ``None`` among them means “no value”."""

    dimension: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """The question.

    ``dimensions`` is a tuple of dimensions, each a tuple of one or two columns:
    ``(("source",), ("industry", "size"))``. ``period`` None means every lead.
    """

    as_of: datetime
    period: Period | None = None
    compare: Period | None = None
    basis: Basis = "cohort"
    process: str | None = None
    """Key of one process; None compares every process on the six canonical steps."""
    dimensions: tuple[tuple[str, ...], ...] = ()
    filters: tuple[Filter, ...] = ()
    visibility: Visibility = field(default_factory=Visibility.all)
    horizon_days: int = 90
    zone: str = DEFAULT_ZONE
