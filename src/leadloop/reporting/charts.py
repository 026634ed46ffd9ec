"""ECharts options from results: data only, no functions. Colours are names of CSS variables (``--ll-…``),
which the page's script looks up, so that a chart follows the theme."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from leadloop.analysis.results import Conversion, ConversionRow, Expected, Funnel, FunnelRow
from leadloop.reporting import formats
from leadloop.reporting.names import Names

Option = dict[str, Any]

ACCENT, WARN, BAND = "--ll-accent", "--ll-warn", "--ll-band"
TEXT, MUTED, LINE = "--tblr-body-color", "--tblr-secondary-color", "--tblr-border-color"
MOST_BARS = 20


def funnel(result: Funnel, names: Names) -> Option:
    """Leads that entered each stage: solid now, outlined before; the weakest in the warning colour."""
    labels = [names.stage(row.stage) for row in result.rows]
    series = [_entered(result)]
    if result.population.compare is not None:
        series.append(_entered_before(result))
    return {
        "grid": {"left": 8, "right": 96, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {
            "type": "value",
            "axisLabel": {"color": MUTED},
            "splitLine": {"lineStyle": {"color": LINE}},
        },
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": labels,
            "axisLabel": {"color": TEXT},
            "axisTick": {"show": False},
            "axisLine": {"show": False},
        },
        "series": series,
    }


def _entered(result: Funnel) -> Option:
    return {
        "type": "bar",
        "name": formats.period(result.population.period),
        "barWidth": "52%",
        "label": {"show": True, "position": "right", "color": TEXT},
        "data": [
            {
                "value": row.entered,
                "itemStyle": {
                    "color": WARN if row.stage == result.worst else ACCENT,
                    "borderRadius": 2,
                },
                "label": {"formatter": _bar_label(row)},
            }
            for row in result.rows
        ],
    }


def _bar_label(row: FunnelRow) -> str:
    if not row.loss_rate:
        return formats.count(row.entered)
    return f"{formats.count(row.entered)}  {formats.MINUS}{formats.percent(row.loss_rate)}"


def _entered_before(result: Funnel) -> Option:
    return {
        "type": "bar",
        "name": formats.period(result.population.compare),
        "barWidth": "52%",
        "barGap": "-100%",
        "z": 3,
        "itemStyle": {
            "color": "transparent",
            "borderColor": MUTED,
            "borderType": "dashed",
            "borderWidth": 1.25,
        },
        "emphasis": {"disabled": True},
        "data": [row.compare_entered for row in result.rows],
    }


def rates(result: Conversion, dimension: str, names: Names) -> Option:
    """The rate of each value with its interval; a line at the dimension's own rate; hollow: before."""
    rows = [row for row in result.rows if row.dimension == dimension and row.rate_interval][:MOST_BARS]
    overall = result.dimension_rates.get(dimension)
    return {
        "grid": {"left": 8, "right": 24, "top": 28, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "right": 8, "textStyle": {"color": MUTED}, "itemHeight": 8},
        "tooltip": {"trigger": "item"},
        "xAxis": _percent_axis(),
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [names.values_of(dimension, row.values) for row in rows],
            "axisLabel": {"color": TEXT, "width": 120, "overflow": "truncate"},
            "axisTick": {"show": False},
            "axisLine": {"show": False},
        },
        "series": [*_interval_bars(rows), _rate_marks(rows, overall), *_marks_before(rows, result)],
    }


def _interval_bars(rows: list[ConversionRow]) -> list[Option]:
    """A bar that floats: an invisible one up to the low end, and the visible one stacked on it."""
    lows = [row.rate_interval[0] if row.rate_interval else 0.0 for row in rows]
    widths = [row.rate_interval[1] - row.rate_interval[0] if row.rate_interval else 0.0 for row in rows]
    base: Option = {"type": "bar", "stack": "interval", "barWidth": 6, "silent": True}
    return [
        {**base, "itemStyle": {"color": "transparent"}, "data": [_hundredths(low) for low in lows]},
        {
            **base,
            "name": _("95% interval"),
            "itemStyle": {"color": BAND, "borderRadius": 3},
            "data": [_hundredths(width) for width in widths],
        },
    ]


def _rate_marks(rows: list[ConversionRow], overall: float | None) -> Option:
    marks: Option = {
        "type": "scatter",
        "name": _("rate"),
        "symbolSize": 10,
        "z": 4,
        "itemStyle": {"color": ACCENT},
        "data": [
            {"value": [_hundredths(row.rate), index], "itemStyle": {"opacity": 0.45 if row.small else 1}}
            for index, row in enumerate(rows)
        ],
    }
    if overall is not None:
        marks["markLine"] = {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": WARN, "type": "solid"},
            "label": {"formatter": formats.percent(overall), "color": WARN},
            "data": [{"xAxis": _hundredths(overall)}],
        }
    return marks


def _marks_before(rows: list[ConversionRow], result: Conversion) -> list[Option]:
    if result.population.compare is None:
        return []
    return [
        {
            "type": "scatter",
            "name": formats.period(result.population.compare),
            "symbolSize": 9,
            "z": 3,
            "itemStyle": {"color": "transparent", "borderColor": MUTED, "borderWidth": 1.5},
            "data": [
                [_hundredths(row.compare_deals / row.compare_leads), index]
                for index, row in enumerate(rows)
                if row.compare_leads and row.compare_deals is not None
            ],
        }
    ]


def incidence(expected: Expected) -> Option:
    """Share won by days since capture, with its band."""
    days = [point[0] for point in expected.curve]
    lows = [_hundredths(point[2]) for point in expected.curve]
    bands = [round(_hundredths(point[3]) - low, 4) for point, low in zip(expected.curve, lows, strict=True)]
    step: Option = {"type": "line", "step": "end", "symbol": "none", "silent": True}
    return {
        "grid": {"left": 8, "right": 24, "top": 16, "bottom": 24, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": {
            "type": "value",
            "max": expected.horizon_days,
            "name": _("days since capture"),
            "nameLocation": "middle",
            "nameGap": 26,
            "nameTextStyle": {"color": MUTED},
            "axisLabel": {"color": MUTED},
            "splitLine": {"show": False},
        },
        "yAxis": _percent_axis(),
        "series": [
            {**step, "stack": "band", "lineStyle": {"opacity": 0}, "data": _pairs(days, lows)},
            {
                **step,
                "name": _("95% interval"),
                "stack": "band",
                "lineStyle": {"opacity": 0},
                "areaStyle": {"color": BAND, "opacity": 0.35},
                "data": _pairs(days, bands),
            },
            {
                **step,
                "name": _("won"),
                "silent": False,
                "lineStyle": {"color": ACCENT, "width": 2},
                "itemStyle": {"color": ACCENT},
                "data": _pairs(days, [_hundredths(point[1]) for point in expected.curve]),
            },
        ],
    }


def _pairs(days: list[float], values: list[float]) -> list[list[float]]:
    return [list(pair) for pair in zip(days, values, strict=True)]


def _percent_axis() -> Option:
    return {
        "type": "value",
        "min": 0,
        "axisLabel": {"formatter": "{value}%", "color": MUTED},
        "splitLine": {"lineStyle": {"color": LINE}},
    }


def _hundredths(value: float | None) -> float:
    return round(100 * (value or 0.0), 4)
