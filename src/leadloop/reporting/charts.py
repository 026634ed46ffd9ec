"""ECharts options from results: data only, no functions.

Colours are ``token:…`` and number formats ``format:…``; the page's script puts both in, so that a chart
follows the theme. Shares are fractions. A bar or a mark with ``url`` opens the leads that it counts.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from leadloop.analysis.results import Conversion, ConversionRow, Expected, Figure, Funnel, FunnelRow
from leadloop.reporting import formats
from leadloop.reporting.names import Names
from leadloop.reporting.tables import Link, figure_of, no_link

Option = dict[str, Any]

ACCENT, WARN, BAND, MUTED = "token:accent", "token:warn", "token:band", "token:muted"
PERCENT, INTEGER = "format:percent", "format:integer"
MOST_BARS = 20


def funnel(result: Funnel, names: Names, link: Link = no_link) -> Option:
    """Leads that entered each stage: solid now, outlined before; the weakest in the warning colour."""
    labels = [names.stage(row.stage) for row in result.rows]
    series = [_entered(result, link), _bar_labels(result)]
    if result.population.compare is not None:
        series.append(_entered_before(result))
    return {
        "grid": _grid(labels, right=104),
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "valueFormatter": INTEGER},
        "xAxis": {
            "type": "value",
            "splitNumber": 4,
            "axisLabel": {"formatter": INTEGER, "hideOverlap": True},
        },
        "yAxis": _names_axis(labels),
        "series": series,
    }


def reasons(row: FunnelRow, names: Names, link: Link = no_link) -> Option:
    """The main reasons for which leads are lost at one stage."""
    labels = [names.reason(item.reason) for item in row.top_reasons]
    return {
        "grid": _grid(labels, right=88),
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "valueFormatter": INTEGER},
        "xAxis": {"type": "value", "splitNumber": 3, "minInterval": 1, "axisLabel": {"show": False}},
        "yAxis": _names_axis(labels),
        "series": [
            {
                "type": "bar",
                "name": _("lost"),
                "barWidth": "44%",
                "itemStyle": {"color": BAND, "borderRadius": 2},
                "label": {"show": True, "position": "right", "color": "token:text"},
                "data": [
                    {
                        "value": item.count,
                        "label": {
                            "formatter": f"{formats.count(item.count)} · {formats.percent(item.share, 0)}"
                        },
                        "url": link(Figure("reason", stage=row.stage, reason=item.reason)),
                    }
                    for item in row.top_reasons
                ],
            }
        ],
    }


def _entered(result: Funnel, link: Link) -> Option:
    return {
        "type": "bar",
        "name": formats.period(result.population.period),
        "barWidth": "52%",
        "data": [
            {
                "value": row.entered,
                "itemStyle": {"color": WARN if row.stage == result.worst else ACCENT, "borderRadius": 2},
                "url": link(Figure("entered", stage=row.stage)),
            }
            for row in result.rows
        ],
    }


def _bar_labels(result: Funnel) -> Option:
    """An invisible bar as long as the longer of both, so that its label stands clear of the outline."""
    return {
        "type": "bar",
        "barWidth": "52%",
        "barGap": "-100%",
        "silent": True,
        "tooltip": {"show": False},
        "itemStyle": {"color": "transparent"},
        "label": {"show": True, "position": "right", "color": "token:text"},
        "data": [
            {"value": max(row.entered, row.compare_entered or 0), "label": {"formatter": _bar_label(row)}}
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
        "silent": True,
        "itemStyle": {
            "color": "transparent",
            "borderColor": MUTED,
            "borderType": "dashed",
            "borderWidth": 1.25,
        },
        "data": [row.compare_entered for row in result.rows],
    }


def rates(result: Conversion, dimension: str, names: Names, link: Link = no_link) -> Option:
    """The rate of each value with its interval; a line at the dimension's own rate; hollow: before."""
    rows = [row for row in result.rows if row.dimension == dimension and row.rate_interval][:MOST_BARS]
    labels = [names.values_of(dimension, row.values) for row in rows]
    return {
        "grid": _grid(labels, right=24, top=48),
        "legend": {"top": 0, "right": 8, "itemHeight": 8, "itemWidth": 14},
        "tooltip": {"trigger": "item", "valueFormatter": PERCENT},
        "xAxis": _percent_axis(),
        "yAxis": _names_axis(labels),
        "series": [
            *_interval_bars(rows),
            _rate_marks(rows, result.dimension_rates.get(dimension), link),
            *_marks_before(rows, result),
        ],
    }


def _interval_bars(rows: list[ConversionRow]) -> list[Option]:
    """A bar that floats: an invisible one up to the low end, and the visible one stacked on it."""
    ends = [row.rate_interval or (0.0, 0.0) for row in rows]
    base: Option = {"type": "bar", "stack": "interval", "barWidth": 6, "silent": True}
    return [
        {**base, "itemStyle": {"color": "transparent"}, "data": [low for low, _high in ends]},
        {
            **base,
            "name": _("95% interval"),
            "itemStyle": {"color": BAND, "borderRadius": 3},
            "data": [high - low for low, high in ends],
        },
    ]


def _rate_marks(rows: list[ConversionRow], overall: float | None, link: Link) -> Option:
    marks: Option = {
        "type": "scatter",
        "name": _("Rate"),
        "symbolSize": 10,
        "z": 4,
        "itemStyle": {"color": ACCENT},
        "data": [
            {
                "value": [row.rate, index],
                "itemStyle": {"opacity": 0.45 if row.small else 1},
                "url": link(figure_of(row, "leads")),
            }
            for index, row in enumerate(rows)
        ],
    }
    if overall is not None:
        marks["markLine"] = {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": WARN, "type": "solid"},
            "label": {"formatter": formats.percent(overall), "color": WARN, "position": "start"},
            "data": [{"xAxis": overall}],
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
                [row.rate - row.change, index]
                for index, row in enumerate(rows)
                if row.rate is not None and row.change is not None
            ],
        }
    ]


def incidence(expected: Expected) -> Option:
    """Share won by days since capture, with its band."""
    curve = expected.curve
    step: Option = {"type": "line", "step": "end", "symbol": "none"}
    hidden: Option = {**step, "stack": "band", "silent": True, "lineStyle": {"opacity": 0}}
    return {
        "grid": {"left": 48, "right": 24, "top": 16, "bottom": 44},
        "tooltip": {"trigger": "axis", "valueFormatter": PERCENT},
        "xAxis": {
            "type": "value",
            "max": expected.horizon_days,
            "name": _("days since capture"),
            "nameLocation": "middle",
            "nameGap": 28,
            "splitLine": {"show": False},
        },
        "yAxis": _percent_axis(),
        "series": [
            {**hidden, "name": _("Interval, low"), "data": [[day, low] for day, _share, low, _high in curve]},
            {
                **hidden,
                "name": _("95% interval"),
                "areaStyle": {"color": BAND, "opacity": 0.35},
                "data": [[day, high - low] for day, _share, low, high in curve],
            },
            {
                **step,
                "name": _("Share won"),
                "lineStyle": {"color": ACCENT, "width": 2},
                "itemStyle": {"color": ACCENT},
                "data": [[day, share] for day, share, _low, _high in curve],
            },
        ],
    }


LABEL_WIDTH = 136


def _grid(labels: list[str], *, right: int, top: int = 8) -> Option:
    """Room for the names at the left, reckoned here: the browser measures before its fonts are there."""
    widest = max((sum(13 if ord(char) > 0x2E7F else 7.5 for char in label) for label in labels), default=0)
    return {"left": round(min(widest, LABEL_WIDTH)) + 16, "right": right, "top": top, "bottom": 28}


def _names_axis(labels: list[str]) -> Option:
    return {
        "type": "category",
        "inverse": True,
        "data": labels,
        "axisLabel": {"color": "token:text", "width": LABEL_WIDTH, "overflow": "truncate"},
        "axisLine": {"show": False},
    }


def _percent_axis() -> Option:
    return {"type": "value", "min": 0, "axisLabel": {"formatter": PERCENT, "hideOverlap": True}}
