"""Results as lines that a template only has to write down: words, links, figures of the interval bars.

Values are put into words here and never changed. ``link`` turns a figure into the
address of the leads that it counts; a document has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from leadloop.analysis.results import (
    Conversion,
    ConversionRow,
    Figure,
    Funnel,
    FunnelRow,
    Reason,
)
from leadloop.reporting import formats
from leadloop.reporting.names import Names

Link = Callable[[Figure], str]

OVERALL = "all"
AT_ONCE = 10
"""Lines of a dimension that a page shows before the reader asks for more."""

PRIORITY_KINDS = {"high": "tag tag-good", "support": "tag tag-warn", "medium": "tag", "low": "tag"}


def no_link(figure: Figure) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as text, and the address of what it counts (empty where there is none)."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Against the comparison period."""

    text: str
    interval: str
    direction: str
    """``up``, ``down``, ``same``, or empty where nothing can be compared."""
    clear: bool
    before: Number


@dataclass(frozen=True, slots=True)
class ConversionLine:
    label: str
    leads: Number
    deals: Number
    rate: str
    interval: str
    low: float | None
    value: float | None
    high: float | None
    change: Change
    priority: str
    priority_text: str
    priority_kind: str
    """Classes of its tag."""
    small: bool
    mature: bool
    won_amount: str
    won_amount_exact: str
    average_deal: str
    average_deal_exact: str
    value_rate: str
    high_value_rate: str
    high_value_leads: str
    customer_value: str
    customer_value_exact: str
    cycle: str


@dataclass(frozen=True, slots=True)
class ConversionGroup:
    title: str
    dimension: str
    rate: str
    overall: float | None
    lines: tuple[ConversionLine, ...]
    cut: int
    """Values that the result itself leaves out."""

    @property
    def first(self) -> tuple[ConversionLine, ...]:
        """The lines to show at once; a list that is only a little longer is shown whole."""
        return self.lines if len(self.lines) <= AT_ONCE + 3 else self.lines[:AT_ONCE]

    @property
    def rest(self) -> tuple[ConversionLine, ...]:
        return self.lines[len(self.first) :]


@dataclass(frozen=True, slots=True)
class ConversionTable:
    overall: ConversionLine
    groups: tuple[ConversionGroup, ...]
    compared: bool
    top: float
    """Right end of every interval bar, a fraction."""


@dataclass(frozen=True, slots=True)
class ReasonCell:
    name: str
    share: str
    count: Number


@dataclass(frozen=True, slots=True)
class FunnelLine:
    stage: str
    entered: Number
    advanced: Number
    lost: Number
    open: Number
    returned: Number
    skipped: Number
    loss_rate: str
    loss_interval: str
    conversion: str
    cumulative: str
    dwell_median: str
    dwell_p90: str
    dwell: str
    """Both together: ``5.8 / 14.2 days``."""
    reasons: tuple[ReasonCell, ...]
    change: Change
    weakest: bool
    small: bool


@dataclass(frozen=True, slots=True)
class FunnelTable:
    lines: tuple[FunnelLine, ...]
    compared: bool
    returns: bool
    """Whether any lead went back or skipped a stage: without them the columns say nothing."""


def conversion_table(result: Conversion, names: Names, link: Link = no_link) -> ConversionTable:
    groups = []
    for dimension in dict.fromkeys(row.dimension for row in result.rows):
        rows = [row for row in result.rows if row.dimension == dimension]
        groups.append(_group(dimension, rows, result, names, link))
    return ConversionTable(
        overall=_conversion_line(result.overall, "", link),
        groups=tuple(groups),
        compared=result.population.compare is not None,
        top=scale_end([result.overall, *result.rows]),
    )


def scale_end(rows: Iterable[ConversionRow]) -> float:
    """The next tenth above the highest interval of the rows that have enough leads, at most 1."""
    ends = [row.rate_interval[1] for row in rows if row.rate_interval and not row.small]
    ends += [row.rate for row in rows if row.rate is not None]
    highest = max(ends, default=1.0)
    return min(1.0, max(0.1, (int(highest * 10 + 1e-9) + 1) / 10))


def funnel_table(result: Funnel, names: Names, link: Link = no_link) -> FunnelTable:
    return FunnelTable(
        lines=tuple(_funnel_line(row, result, names, link) for row in result.rows),
        compared=result.population.compare is not None,
        returns=any(row.returned or row.skipped for row in result.rows),
    )


def _group(
    dimension: str, rows: list[ConversionRow], result: Conversion, names: Names, link: Link
) -> ConversionGroup:
    rate = result.dimension_rates.get(dimension)
    return ConversionGroup(
        title=names.dimension(dimension),
        dimension=dimension,
        rate=formats.percent(rate),
        overall=rate,
        lines=tuple(_conversion_line(row, names.values_of(dimension, row.values), link) for row in rows),
        cut=result.truncated.get(dimension, 0),
    )


def _conversion_line(row: ConversionRow, label: str, link: Link) -> ConversionLine:
    low, high = row.rate_interval or (None, None)
    return ConversionLine(
        label=label,
        leads=Number(formats.count(row.leads), link(figure_of(row, "leads"))),
        deals=Number(formats.count(row.deals), link(figure_of(row, "deals"))),
        rate=formats.percent(row.rate),
        interval=formats.interval(row.rate_interval),
        low=low,
        value=row.rate,
        high=high,
        change=_conversion_change(row, link),
        priority=row.priority or "",
        priority_text=priority_text(row.priority) if row.priority else "",
        priority_kind=PRIORITY_KINDS.get(row.priority or "", ""),
        small=row.small,
        mature=row.mature,
        won_amount=formats.amount(row.won_amount),
        won_amount_exact=formats.exact_amount(row.won_amount),
        average_deal=formats.amount(row.average_deal),
        average_deal_exact=formats.exact_amount(row.average_deal),
        value_rate=formats.percent(row.value_rate),
        high_value_rate=formats.percent(row.high_value_rate),
        high_value_leads=formats.count(row.high_value_leads),
        customer_value=formats.amount(row.customer_value),
        customer_value_exact=formats.exact_amount(row.customer_value),
        cycle=formats.days(row.median_cycle_days),
    )


def priority_text(priority: str | None) -> str:
    """The word for a priority: what to do stands in it where there is something to do."""
    words = {
        "high": _("high · invest more"),
        "support": _("high · needs support"),
        "medium": _("medium"),
        "low": _("low"),
    }
    return words.get(priority or "", formats.DASH)


def figure_of(row: ConversionRow, what: str, of: str = "period") -> Figure:
    """What a number of this row counts."""
    columns = (row.dimension,) if len(row.values) == 1 else tuple(row.dimension.split("+"))
    whole = row.dimension == OVERALL and not row.values
    return Figure(
        what=what,
        dimension=() if whole else columns,
        values=row.values,
        of="compare" if of == "compare" else "period",
    )


def _conversion_change(row: ConversionRow, link: Link) -> Change:
    before = f"{formats.count(row.compare_deals)} / {formats.count(row.compare_leads)}"
    return Change(
        text=formats.points(row.change),
        interval=formats.points_interval(row.change_interval),
        direction=_direction(row.change),
        clear=bool(row.change_clear),
        before=Number(before, link(figure_of(row, "leads", "compare"))) if row.compare_leads else Number(""),
    )


def _direction(change: float | None) -> str:
    if change is None:
        return ""
    if not formats.signed(change).strip("0."):
        return "same"
    return "up" if change > 0 else "down"


def _funnel_line(row: FunnelRow, result: Funnel, names: Names, link: Link) -> FunnelLine:
    def number(what: str, value: int | None) -> Number:
        return Number(formats.count(value), link(Figure(what, stage=row.stage)) if value is not None else "")

    return FunnelLine(
        stage=names.stage(row.stage),
        entered=number("entered", row.entered),
        advanced=number("advanced", row.advanced),
        lost=number("lost", row.lost),
        open=number("open", row.open),
        returned=number("returned", row.returned),
        skipped=number("skipped", row.skipped),
        loss_rate=formats.percent(row.loss_rate),
        loss_interval=formats.interval(row.loss_interval),
        conversion=formats.percent(row.conversion),
        cumulative=formats.percent(row.cumulative),
        dwell_median=formats.days(row.dwell_median_days),
        dwell_p90=formats.days(row.dwell_p90_days),
        dwell=formats.days_pair(row.dwell_median_days, row.dwell_p90_days),
        reasons=tuple(_reason(item, row.stage, names, link) for item in row.top_reasons),
        change=_loss_change(row, link),
        weakest=row.stage == result.worst,
        small=row.small,
    )


def _reason(item: Reason, stage: str, names: Names, link: Link) -> ReasonCell:
    return ReasonCell(
        name=names.reason(item.reason),
        share=formats.percent(item.share, 0),
        count=Number(formats.count(item.count), link(Figure("reason", stage=stage, reason=item.reason))),
    )


def _loss_change(row: FunnelRow, link: Link) -> Change:
    before = Figure("entered", stage=row.stage, of="compare")
    return Change(
        text=formats.points(row.loss_change),
        interval=formats.points_interval(row.loss_change_interval),
        direction=_direction(row.loss_change),
        clear=bool(row.loss_change_clear),
        before=Number(formats.count(row.compare_entered), link(before))
        if row.compare_entered
        else Number(""),
    )
