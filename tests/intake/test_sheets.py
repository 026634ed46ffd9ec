# ruff: noqa: E501 - rows of a table
"""Workbooks: which sheet, which row is the header, what a cell becomes."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from leadloop.foundation.errors import DataError

from .helpers import read

LEADS = [
    ["线索编号", "来源渠道", "获取时间", "手机", "金额(万元)"],
    ["1", "官网", datetime.fromisoformat("2026-06-03 14:05"), 13800138000, 18.5],
]


def book(path: Path, sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    workbook.save(path)
    return path


def test_cells_become_values(tmp_path: Path) -> None:
    (row,) = read(book(tmp_path / "a.xlsx", {"Sheet1": LEADS})).rows()
    assert f"{row['captured_at']:%Y-%m-%d %H:%M}" == "2026-06-03 06:05"
    assert (row["phone"], row["phone_key"]) == ("13800138000", "+8613800138000")
    assert row["expected_amount"] == 185_000


def test_days_booleans_and_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["lead id", "created date", "flag", "ratio"],
        [7.0, date(2026, 6, 3), True, 0.25],
    ]
    (row,) = read(book(tmp_path / "a.xlsx", {"s": rows})).rows()
    assert (row["number"], row["flag"], row["ratio"]) == ("7", "TRUE", "0.25")
    assert f"{row['captured_at']:%Y-%m-%d %H:%M}" == "2026-06-02 16:00"


def test_header_below_a_title_and_rows_counted_as_shown(tmp_path: Path) -> None:
    found = read(book(tmp_path / "a.xlsx", {"s": [["线索导出"], [], *LEADS]}))
    assert found.rows()[0]["row"] == 4


def test_the_sheet_with_the_leads_is_chosen(tmp_path: Path) -> None:
    sheets = {"说明": [["本表由系统导出"], ["a"], ["b"], ["c"]], "数据": LEADS, "旧": [*LEADS, *LEADS[1:]]}
    found = read(book(tmp_path / "a.xlsx", sheets, hidden=("旧",)))
    assert found.leads.num_rows == 1
    assert "“数据” was read" in str(found.first("other_sheets").message)


def test_a_sheet_named_in_the_mapping(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", {"数据": LEADS, "旧": [*LEADS, ["2", "展会", None, None, None]]})
    assert read(path, mapping={"file": [{"sheet": "旧"}]}).rows_read == 2
    with pytest.raises(DataError, match="no sheet “x”"):
        read(path, mapping={"file": [{"sheet": "x"}]})


def test_an_empty_workbook(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is empty"):
        read(book(tmp_path / "a.xlsx", {"s": []}))


def test_formulas_in_a_workbook_stay_text(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["lead id", "created date", "source"])
    sheet.append(["1", "2026-06-03", "x"])
    sheet["C2"].value = "=cmd|' /C calc'!A0"
    sheet["C2"].data_type = "s"
    workbook.save(tmp_path / "a.xlsx")
    found = read(tmp_path / "a.xlsx")
    assert found.rows()[0]["source"] == "=cmd|' /C calc'!A0"
    assert found.counts["formula_text"] == 1


def test_open_document(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    day = '<table:table-cell office:value-type="date" office:date-value="2026-06-03"><text:p>3.6.26</text:p></table:table-cell>'
    rows = [[cell("lead id"), cell("source"), cell("created date")], [cell("1"), cell("web"), day]]
    lines = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="s">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    found = read(tmp_path / "a.ods")
    assert (found.rows()[0]["number"], found.rows()[0]["source"]) == ("1", "web")
    assert f"{found.rows()[0]['captured_at']:%m-%d}" == "06-02"


MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    "</manifest:manifest>"
)
