"""What comes back: small frozen records; rates are fractions, intervals are (low, high)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from leadloop.foundation.messages import Message
from leadloop.foundation.period import Period

Interval = tuple[float, float]
Priority = Literal["high", "medium", "low", "none", "support"]


@dataclass(frozen=True, slots=True)
class Population:
    leads: int
    excluded: dict[str, int]
    """How many leads are counted nowhere, by reason."""
    period: Period | None
    compare: Period | None
    basis: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ConversionRow:
    dimension: str
    """Columns joined by ``+``; ``all`` for the overall row."""
    value: str | None
    """Keys joined by ``/``; None for leads without a value."""
    values: tuple[str | None, ...]
    leads: int
    deals: int
    rate: float | None
    rate_interval: Interval | None
    compare_leads: int | None
    compare_deals: int | None
    change: float | None
    change_interval: Interval | None
    change_clear: bool | None
    priority: Priority | None
    mature: bool
    small: bool
    """Fewer than 20 leads."""
    won_amount: float | None
    average_deal: float | None
    value_rate: float | None
    """Won amount / expected amount at capture, where known."""
    high_value_leads: int
    high_value_rate: float | None
    median_cycle_days: float | None
    customer_value: float | None = None
    """Mean amount that a customer with a deal in this row has brought to date, all its deals together."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Aalen-Johansen cumulative incidence of winning at ``horizon_days``."""

    horizon_days: int
    won_so_far: float | None
    expected: float | None
    interval: Interval | None
    curve: tuple[tuple[float, float, float, float], ...] = ()
    """(day, incidence, low, high)."""


@dataclass(frozen=True, slots=True)
class Conversion:
    population: Population
    overall: ConversionRow
    rows: tuple[ConversionRow, ...]
    dimension_rates: dict[str, float | None]
    """Dimension -> its own overall rate (rows that have a value)."""
    expected: Expected
    maturity_days: float | None
    """90th percentile of time to outcome; a younger cohort is not mature."""
    truncated: dict[str, int]
    """Dimension -> rows that were cut off, where a list is cut."""
    warnings: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    reason: str | None
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class FunnelRow:
    stage: str
    position: int
    entered: int
    advanced: int
    lost: int | None
    open: int
    returned: int
    skipped: int
    loss_rate: float | None
    loss_interval: Interval | None
    conversion: float | None
    """Entered the next stage / entered this one."""
    cumulative: float | None
    dwell_median_days: float | None
    dwell_p90_days: float | None
    top_reasons: tuple[Reason, ...]
    small: bool
    compare_entered: int | None = None
    compare_loss_rate: float | None = None
    loss_change: float | None = None
    loss_change_interval: Interval | None = None
    loss_change_clear: bool | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    population: Population
    rows: tuple[FunnelRow, ...]
    worst: str | None
    """Key of the stage with the highest loss rate among those with at least 20 entries."""
    warnings: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class QualityCheck:
    check: str
    """Key of the check, see :mod:`leadloop.analysis.metrics.quality`."""
    title: Message
    count: int
    share: float | None
    """Of the leads that the check looks at; None if there are none."""
    examples: tuple[str, ...]
    """Numbers of up to five leads."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Which number was clicked. ``what``: leads | deals | open | lost_all for conversion rows;
    entered | advanced | lost | open | returned | skipped | reason for funnel rows."""

    what: str
    dimension: tuple[str, ...] = ()
    values: tuple[str | None, ...] = ()
    stage: str | None = None
    reason: str | None = None
    of: Literal["period", "compare"] = "period"
