"""What the templates of the channel pages get."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from leadloop.leads.models import Channel
from leadloop.marketing.figures import Row
from leadloop.marketing.models import Campaign, Cost
from leadloop.marketing.web.asked import Bar


@dataclass(frozen=True, slots=True)
class Place:
    """One of the three pages, for the tabs."""

    title: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class ChannelsPage:
    places: tuple[Place, ...]
    bar: Bar
    rows: tuple[Row, ...]
    total: Row
    any_channel: bool
    may_manage: bool
    may_export: bool


@dataclass(frozen=True, slots=True)
class ChannelPage:
    places: tuple[Place, ...]
    bar: Bar
    channel: Channel
    path: str
    head: Row
    rows: tuple[Row, ...]
    campaigns: tuple[Row, ...]
    costs: tuple[CostLine, ...]
    may_manage: bool
    share: float | None
    """Of all leads of the period."""


@dataclass(frozen=True, slots=True)
class CampaignLine:
    row: Row
    campaign: Campaign | None
    last_day: str


@dataclass(frozen=True, slots=True)
class CampaignsPage:
    places: tuple[Place, ...]
    bar: Bar
    lines: tuple[CampaignLine, ...]
    may_manage: bool


@dataclass(frozen=True, slots=True)
class CostLine:
    cost: Cost
    last_day: str
    part: Decimal
    """What of it falls into the period."""


@dataclass(frozen=True, slots=True)
class CostsPage:
    places: tuple[Place, ...]
    bar: Bar
    lines: tuple[CostLine, ...]
    total: Decimal
    cut: int
    """How many are not shown."""
    may_manage: bool


def without_total(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.kind != "total")
