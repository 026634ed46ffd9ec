"""Results as lines and as charts: every figure as the result has it, every link to what it counts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.utils import translation
from tests.reporting import made

from leadloop.analysis.results import Figure
from leadloop.reporting import charts, exports, svg, tables
from leadloop.reporting.names import Names

pytestmark = pytest.mark.pure


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_a_line_of_conversion_says_what_the_row_says():
    table = tables.conversion_table(made.conversion(), Names())
    line = table.groups[0].lines[1]
    assert (line.label, line.leads.text, line.deals.text, line.rate) == ("展会咨询", "300", "105", "35.0%")
    assert (line.change.text, line.change.direction, line.change.clear) == ("+5.0 pp", "up", True)
    assert (line.priority_text, line.value) == ("high · invest more", 0.35)


def test_groups_keep_the_order_of_the_result_and_their_own_rate():
    groups = tables.conversion_table(made.conversion(), Names()).groups
    assert [(group.title, group.rate, group.cut) for group in groups] == [
        ("Channel", "21.5%", 4),
        ("Customer type", "21.9%", 0),
        ("Team", "20.0%", 0),
    ]


def test_a_value_that_nobody_filled_in_has_a_name_and_can_be_opened():
    figures: list[Figure] = []
    table = tables.conversion_table(made.conversion(), Names(), lambda figure: figures.append(figure) or "x")
    assert table.groups[1].lines[2].label == "零售业 / (not filled in)"
    assert Figure("leads", ("industry", "size"), ("零售业", None)) in figures


def test_a_column_with_a_plus_in_its_name_stays_one_column():
    row = replace(made.conversion().rows[0], dimension="R+D", values=("yes",))
    assert tables.figure_of(row, "deals") == Figure("deals", ("R+D",), ("yes",))


def test_the_overall_row_opens_everything():
    assert tables.figure_of(made.conversion().overall, "leads", "compare") == Figure("leads", of="compare")


def test_keys_are_shown_by_name():
    names = Names(values={"source": {"7": "展会"}})
    assert names.values_of("source", ["7"]) == "展会"
    assert names.values_of("source+team", ["7", "3"]) == "展会 / 3"


@pytest.mark.parametrize(("high", "end"), [(0.242, 0.3), (0.3, 0.4), (0.05, 0.1), (1.0, 1.0)])
def test_the_scale_of_interval_bars_ends_on_a_round_tenth(high, end):
    row = replace(made.conversion().overall, rate=high / 2, rate_interval=(0.0, high))
    assert tables.scale_end([row]) == pytest.approx(end)


def test_a_long_list_is_cut_and_says_how_much():
    rows = tuple(replace(made.conversion().rows[0], values=(f"v{n}",)) for n in range(25))
    group = tables.conversion_table(replace(made.conversion(), rows=rows), Names()).groups[0]
    assert (len(group.first), len(group.rest)) == (tables.AT_ONCE, 15)


def test_a_list_a_little_too_long_is_shown_whole():
    rows = tuple(replace(made.conversion().rows[0], values=(f"v{n}",)) for n in range(tables.AT_ONCE + 3))
    assert tables.conversion_table(replace(made.conversion(), rows=rows), Names()).groups[0].rest == ()


def test_a_line_of_the_funnel_opens_each_of_its_numbers():
    figures: list[Figure] = []
    table = tables.funnel_table(made.funnel(), Names(), lambda figure: figures.append(figure) or "x")
    line = table.lines[2]
    assert (line.entered.text, line.lost.text, line.loss_rate, line.weakest) == ("850", "340", "40.0%", True)
    assert line.dwell == "5.8 / 14.2 days"
    assert Figure("reason", stage="need", reason=None) in figures
    assert table.lines[0].lost == tables.Number("—")


@pytest.mark.parametrize(
    "option",
    [
        lambda: charts.funnel(made.funnel(), Names()),
        lambda: charts.reasons(made.funnel().rows[2], Names()),
        lambda: charts.rates(made.conversion(), "source", Names()),
        lambda: charts.incidence(made.conversion().expected),
    ],
)
def test_charts_are_plain_data(option):
    assert json.loads(json.dumps(option(), allow_nan=False)) == option()


def test_the_funnel_chart_has_the_figures_of_the_result():
    solid, labels, outlined = charts.funnel(made.funnel(), Names())["series"]
    rows = made.funnel().rows
    assert [item["value"] for item in solid["data"]] == [row.entered for row in rows]
    assert outlined["data"] == [row.compare_entered for row in rows]
    assert labels["data"][2]["label"]["formatter"] == "850  −40.0%"
    assert [item["itemStyle"]["color"] for item in solid["data"]].index("token:warn") == 2


def test_the_rates_chart_stacks_the_interval_on_its_low_end():
    low, width, marks, before = charts.rates(made.conversion(), "source", Names())["series"]
    row = made.conversion().rows[1]
    assert low["data"][1] + width["data"][1] == pytest.approx(row.rate_interval[1])
    assert marks["data"][1]["value"] == [row.rate, 1]
    assert before["data"][1][0] == pytest.approx(row.rate - row.change)


def test_drawings_have_the_proportions_of_the_figures():
    drawing = svg.funnel(made.funnel(), Names())
    assert drawing is not None
    assert drawing.bars[5].width / drawing.bars[0].width == pytest.approx(0.25)
    assert [bar.weakest for bar in drawing.bars] == [False, False, True, False, False, False]


def test_an_empty_funnel_and_a_missing_curve_are_not_drawn():
    nothing = replace(made.funnel(), rows=())
    assert svg.funnel(nothing, Names()) is None
    assert svg.incidence(replace(made.conversion().expected, curve=())) is None


def test_tables_for_spreadsheets_have_raw_values_and_one_cell_a_column():
    for table in (
        exports.conversion(made.conversion(), Names()),
        exports.funnel(made.funnel(), Names()),
        exports.reasons(made.funnel(), Names()),
    ):
        assert {len(row) for row in table.rows} == {len(table.columns)}
    rates = exports.conversion(made.conversion(), Names())
    assert rates.rows[2][rates.headers.index("Rate")] == 0.35
    stages = exports.funnel(made.funnel(), Names())
    assert stages.headers[exports.FUNNEL_COMPARE_COLUMN] == "Entered before"
