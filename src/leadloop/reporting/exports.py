"""Tables of results with raw values, for spreadsheets: fractions stay fractions, amounts stay exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from leadloop.analysis.results import Conversion, ConversionRow, Funnel, FunnelRow, Interval
from leadloop.reporting import tables
from leadloop.reporting.names import Names

Kind = Literal["text", "count", "share", "points", "amount", "days"]
Value = str | int | float | None

FUNNEL_COMPARE_COLUMN = 15


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    kind: Kind
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def headers(self) -> list[str]:
        return [column.title for column in self.columns]


def conversion(result: Conversion, names: Names) -> Table:
    """One row a value, the overall row first."""
    columns = (
        Column(_("Dimension"), "text", 18),
        Column(_("Value"), "text", 24),
        Column(_("Leads"), "count"),
        Column(_("Won"), "count"),
        Column(_("Rate"), "share"),
        Column(_("Interval, low"), "share"),
        Column(_("Interval, high"), "share"),
        Column(_("Leads before"), "count"),
        Column(_("Won before"), "count"),
        Column(pgettext("difference", "Change"), "points"),
        Column(_("Change, low"), "points"),
        Column(_("Change, high"), "points"),
        Column(_("Clear?"), "text"),
        Column(_("Priority"), "text", 18),
        Column(_("Mature?"), "text"),
        Column(_("Won amount"), "amount", 16),
        Column(_("Average deal"), "amount", 14),
        Column(_("Won / expected amount"), "share", 14),
        Column(_("High-value leads"), "count"),
        Column(_("High-value rate"), "share"),
        Column(_("Customer value to date"), "amount", 16),
        Column(_("Median cycle, days"), "days"),
    )
    rows = tuple(_conversion_row(row, names) for row in (result.overall, *result.rows))
    return Table(columns, rows)


def _conversion_row(row: ConversionRow, names: Names) -> tuple[Value, ...]:
    whole = row.dimension == tables.OVERALL and not row.values
    return (
        pgettext("every lead", "All") if whole else names.dimension(row.dimension),
        "" if whole else names.values_of(row.dimension, row.values),
        row.leads,
        row.deals,
        row.rate,
        *_ends(row.rate_interval),
        row.compare_leads,
        row.compare_deals,
        row.change,
        *_ends(row.change_interval),
        _yes_no(row.change_clear),
        tables.priority_text(row.priority) if row.priority else "",
        _yes_no(row.mature),
        row.won_amount,
        row.average_deal,
        row.value_rate,
        row.high_value_leads,
        row.high_value_rate,
        row.customer_value,
        row.median_cycle_days,
    )


def funnel(result: Funnel, names: Names) -> Table:
    """One row a stage."""
    columns = (
        Column(_("Stage"), "text", 20),
        Column(_("Entered"), "count"),
        Column(_("Advanced"), "count"),
        Column(_("Lost"), "count"),
        Column(_("Still here"), "count"),
        Column(_("Went back"), "count"),
        Column(_("Skipped"), "count"),
        Column(_("Loss rate"), "share"),
        Column(_("Interval, low"), "share"),
        Column(_("Interval, high"), "share"),
        Column(_("To next stage"), "share"),
        Column(_("Of all"), "share"),
        Column(_("Dwell, median, days"), "days"),
        Column(_("Dwell, 90% within, days"), "days"),
        Column(_("Main loss reasons"), "text", 44),
        Column(_("Entered before"), "count"),
        Column(_("Loss rate before"), "share"),
        Column(pgettext("difference", "Change"), "points"),
        Column(_("Change, low"), "points"),
        Column(_("Change, high"), "points"),
        Column(_("Clear?"), "text"),
    )
    return Table(columns, tuple(_funnel_row(row, names) for row in result.rows))


def _funnel_row(row: FunnelRow, names: Names) -> tuple[Value, ...]:
    return (
        names.stage(row.stage),
        row.entered,
        row.advanced,
        row.lost,
        row.open,
        row.returned,
        row.skipped,
        row.loss_rate,
        *_ends(row.loss_interval),
        row.conversion,
        row.cumulative,
        row.dwell_median_days,
        row.dwell_p90_days,
        "; ".join(f"{names.reason(item.reason)} {item.share:.0%}" for item in row.top_reasons),
        row.compare_entered,
        row.compare_loss_rate,
        row.loss_change,
        *_ends(row.loss_change_interval),
        _yes_no(row.loss_change_clear),
    )


def reasons(result: Funnel, names: Names) -> Table:
    """One row a stage and reason: the top three of each stage."""
    columns = (
        Column(_("Stage"), "text", 20),
        Column(_("Loss reason"), "text", 30),
        Column(_("Lost"), "count"),
        Column(_("Share of the stage's losses"), "share", 16),
    )
    rows = tuple(
        (names.stage(row.stage), names.reason(item.reason), item.count, item.share)
        for row in result.rows
        for item in row.top_reasons
    )
    return Table(columns, rows)


def _ends(interval: Interval | None) -> tuple[float | None, float | None]:
    return interval or (None, None)


def _yes_no(value: bool | None) -> str:
    return "" if value is None else _("yes") if value else _("no")
