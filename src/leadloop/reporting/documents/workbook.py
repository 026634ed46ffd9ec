"""The report as a workbook: one sheet a table, real numbers, native charts, no formulas."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from leadloop.analysis.results import ConversionRow, Expected, FunnelRow
from leadloop.foundation.spreadsheet import SAFE_OPTIONS, sheet_name
from leadloop.reporting import diagnosis, exports, formats, sentences
from leadloop.reporting.diagnosis import Diagnosis
from leadloop.reporting.documents import page
from leadloop.reporting.exports import Column

ACCENT, WARN, GREY = "#0F766E", "#C2410C", "#94A3B8"
GRID = {"visible": True, "line": {"color": "#E2E7EC"}}
MOST_BARS = 30
"""Values in one chart; the table has them all."""


def write(stream: IO[bytes], found: Diagnosis) -> None:
    """Write the workbook, in the active language."""
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "nan_inf_to_errors": True, **SAFE_OPTIONS})
    writer = _Writer(book)
    _summary(writer, found)
    _conversion(writer, found)
    _expected(writer, found.conversion.expected)
    _funnel(writer, found)
    _reasons(writer, found)
    _quality(writer, found)
    book.close()


class _Writer:
    """Sheets in one look: bold frozen header, number formats by kind of column."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.header = book.add_format(
            {"bold": True, "bg_color": "#F1F5F4", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self.title = book.add_format({"bold": True, "font_size": 15, "font_color": ACCENT})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.label = book.add_format({"font_color": "#566371", "valign": "top"})
        self.weak = book.add_format({"bg_color": "#FDEEE2"})
        self.kinds = {
            kind: book.add_format({"num_format": form})
            for kind, form in {
                "count": "#,##0",
                "share": "0.0%",
                "points": "+0.0%;-0.0%;0.0%",
                "amount": "#,##0",
                "days": "#,##0.0",
            }.items()
        }

    def sheet(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Any:
        sheet = self.book.add_worksheet(sheet_name(name))
        sheet.freeze_panes(1, 1)
        sheet.hide_gridlines(2)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            sheet.write_string(0, index, column.title, self.header)
            for line, row in enumerate(rows, start=1):
                self.cell(sheet, line, index, row[index], column.kind)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        return sheet

    def cell(self, sheet: Any, row: int, column: int, value: Any, kind: str) -> None:
        if value is None:
            return
        if isinstance(value, str):
            sheet.write_string(row, column, value)
        else:
            sheet.write_number(row, column, value, self.kinds.get(kind))


def _summary(writer: _Writer, found: Diagnosis) -> None:
    sheet = writer.book.add_worksheet(sheet_name(_("Summary")))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, found.title, writer.title)
    lines = [(fact.label, fact.text) for fact in diagnosis.facts(found)]
    lines.append((_("Data quality"), sentences.plain([diagnosis.verdict(found)])))
    lines += [(_("Warning"), warning.render(_)) for warning in diagnosis.warnings(found)]
    lines.append((_("Conversion"), sentences.plain(sentences.of_conversion(found.conversion, found.names))))
    lines.append((_("Funnel"), sentences.plain(sentences.of_funnel(found.funnel, found.names))))
    lines.append((_("Made"), formats.moment(found.made_at, found.scope.zone)))
    for row, (label, text) in enumerate(lines, start=2):
        sheet.write_string(row, 0, label, writer.label)
        sheet.write_string(row, 1, text, writer.wrap)


def _conversion(writer: _Writer, found: Diagnosis) -> None:
    table = exports.conversion(found.conversion, found.names)
    sheet = writer.sheet(_("Conversion"), table.columns, table.rows)
    line, offset = 2, 0
    for dimension, group in groupby(found.conversion.rows, key=lambda row: row.dimension):
        rows = list(group)
        chart, height = _rate_chart(writer, sheet.get_name(), line, rows[:MOST_BARS])
        chart.set_title({"name": found.names.dimension(dimension), "name_font": {"size": 12}})
        # Below the table, one chart under the other.
        sheet.insert_chart(len(table.rows) + 2, 0, chart, {"y_offset": offset})
        line, offset = line + len(rows), offset + height + 16


def _rate_chart(writer: _Writer, sheet: str, first: int, rows: list[ConversionRow]) -> tuple[Any, int]:
    """Bars with the interval as error bars, and the height of the chart in pixels."""
    last = first + len(rows) - 1
    spans = [(row.rate or 0.0, row.rate_interval or (0.0, 0.0)) for row in rows]
    chart = writer.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": _("Rate"),
            "categories": [sheet, first, 1, last, 1],
            "values": [sheet, first, 4, last, 4],
            "fill": {"color": ACCENT},
            "gap": 60,
            "x_error_bars": {
                "type": "custom",
                "plus_values": [max(0.0, high - rate) for rate, (_low, high) in spans],
                "minus_values": [max(0.0, rate - low) for rate, (low, _high) in spans],
                "line": {"color": GREY},
            },
        }
    )
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "0%", "min": 0, "major_gridlines": GRID})
    height = 120 + 26 * len(rows)
    chart.set_size({"width": 640, "height": height})
    return chart, height


def _expected(writer: _Writer, expected: Expected) -> None:
    if len(expected.curve) < 2:
        return
    columns = (
        Column(_("Days since capture"), "days", 18),
        Column(_("Share won"), "share", 14),
        Column(_("Interval, low"), "share", 14),
        Column(_("Interval, high"), "share", 14),
    )
    name = sheet_name(_("Share won by day"))
    sheet = writer.sheet(name, columns, expected.curve)
    chart = writer.book.add_chart({"type": "scatter", "subtype": "straight"})
    for column, color, width in ((1, ACCENT, 2.25), (2, GREY, 1), (3, GREY, 1)):
        chart.add_series(
            {
                "name": [name, 0, column],
                "categories": [name, 1, 0, len(expected.curve), 0],
                "values": [name, 1, column, len(expected.curve), column],
                "line": {"color": color, "width": width},
                "marker": {"type": "none"},
            }
        )
    chart.set_x_axis({"name": _("Days since capture"), "min": 0, "max": expected.horizon_days})
    chart.set_y_axis({"num_format": "0%", "min": 0, "major_gridlines": GRID})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 720, "height": 380})
    sheet.insert_chart(1, 5, chart)


def _funnel(writer: _Writer, found: Diagnosis) -> None:
    table = exports.funnel(found.funnel, found.names)
    sheet = writer.sheet(_("Funnel"), table.columns, table.rows)
    rows = found.funnel.rows
    if not rows:
        return
    for line, row in enumerate(rows, start=1):
        if row.stage == found.funnel.worst:
            sheet.set_row(line, None, writer.weak)
    chart = writer.book.add_chart({"type": "bar"})
    chart.add_series(_entered_series(sheet.get_name(), found, rows, 1, formats.period(found.scope.period)))
    if found.scope.compare is not None:
        column = exports.FUNNEL_COMPARE_COLUMN
        before = _entered_series(sheet.get_name(), found, rows, column, formats.period(found.scope.compare))
        chart.add_series(
            {**before, "fill": {"none": True}, "points": None, "border": {"color": GREY, "dash_type": "dash"}}
        )
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"num_format": "#,##0", "major_gridlines": GRID})
    chart.set_title({"name": _("Leads that entered each stage"), "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"} if found.scope.compare else {"none": True})
    chart.set_size({"width": 720, "height": 140 + 40 * len(rows)})
    sheet.insert_chart(len(rows) + 2, 0, chart)


def _entered_series(
    sheet: str, found: Diagnosis, rows: Sequence[FunnelRow], column: int, name: str
) -> dict[str, Any]:
    return {
        "name": name,
        "categories": [sheet, 1, 0, len(rows), 0],
        "values": [sheet, 1, column, len(rows), column],
        "fill": {"color": ACCENT},
        "points": [{"fill": {"color": WARN}} if row.stage == found.funnel.worst else None for row in rows],
        "gap": 50,
        "data_labels": {"value": True},
    }


def _reasons(writer: _Writer, found: Diagnosis) -> None:
    table = exports.reasons(found.funnel, found.names)
    writer.sheet(_("Loss reasons"), table.columns, table.rows)


def _quality(writer: _Writer, found: Diagnosis) -> None:
    columns = (
        Column(_("Check"), "text", 56),
        Column(_("Leads"), "count", 10),
        Column(_("Share"), "share", 10),
        Column(_("For example"), "text", 60),
    )
    rows = [
        (check.title.render(_), check.count, check.share, ", ".join(check.examples))
        for check in found.quality
    ]
    writer.sheet(_("Data quality"), columns, rows)
    if found.issues:
        _issues(writer, found)


def _issues(writer: _Writer, found: Diagnosis) -> None:
    columns = (
        Column(_("Severity"), "text", 12),
        Column(_("Where"), "text", 40),
        Column(_("What was noticed"), "text", 100),
    )
    lines = [page.issue_line(issue) for issue in found.issues]
    rows = [(line.severity, line.place, line.text) for line in lines]
    writer.sheet(_("Noticed while reading"), columns, rows)
