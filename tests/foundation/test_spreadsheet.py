"""What leaves as a table opens rightly and runs nothing."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from leadloop.foundation import spreadsheet
from leadloop.foundation.errors import DataError
from leadloop.foundation.spreadsheet import Sheet, csv_chunks, inert, write_xlsx

ATTACKS = [
    "=cmd|'/C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|x",
    "@SUM(1+1)",
    "\t=1+1",
    "  =1+1",
    "＝1+1",
    "\r=1",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_a_formula_gets_an_apostrophe(text):
    assert inert(text) == "'" + text


@pytest.mark.parametrize("text", ["华信科技", "+86 138-0013-8000", "-12.5", "a=b", "", "100%", "-15%"])
def test_ordinary_text_stays_as_it_is(text):
    assert inert(text) == text


def read_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(spreadsheet.BOM)
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def test_csv_has_the_mark_iso_times_in_the_zone_and_inert_text():
    row = [
        "=1+1",
        datetime(2026, 6, 30, 16, 5, tzinfo=UTC),
        date(2026, 6, 30),
        Decimal("180000.00"),
        None,
        True,
    ]
    data = b"".join(csv_chunks(["线索", "a", "b", "c", "d", "e"], [row], zone="Asia/Shanghai"))
    assert read_csv(data) == [
        ["线索", "a", "b", "c", "d", "e"],
        ["'=1+1", "2026-07-01 00:05:00", "2026-06-30", "180000.00", "", "True"],
    ]


def test_csv_of_many_rows_comes_in_pieces_and_loses_none():
    pieces = list(csv_chunks(["n"], ([n] for n in range(2500))))
    assert len(pieces) == 4
    assert [row[0] for row in read_csv(b"".join(pieces))[1:]] == [str(n) for n in range(2500)]


def test_csv_without_rows_has_its_header():
    assert read_csv(b"".join(csv_chunks(["线索"], []))) == [["线索"]]


def test_xlsx_keeps_types_and_holds_no_formula():
    stream = io.BytesIO()
    moment = datetime(2026, 6, 30, 16, 5, tzinfo=UTC)
    rows = [[text, 1.5, moment, date(2026, 6, 30)] for text in [*ATTACKS, "http://example.com"]]
    write_xlsx(stream, [Sheet("线索/列表", ["a", "b", "c", "d"], rows)], zone="Asia/Shanghai")
    page = openpyxl.load_workbook(stream)["线索 列表"]
    assert page.freeze_panes == "A2"
    for written, cells in zip(rows, page.iter_rows(min_row=2), strict=True):
        assert [cell.data_type for cell in cells] == ["s", "n", "d", "d"]
        assert cells[0].value.replace("_x000D_", "\r") == written[0]
        assert cells[0].hyperlink is None
        assert cells[2].value == datetime(2026, 7, 1, 0, 5)  # noqa: DTZ001 - a workbook has no zones


def test_too_many_rows_for_a_worksheet_is_said(monkeypatch):
    monkeypatch.setattr(spreadsheet, "XLSX_ROWS", 3)
    with pytest.raises(DataError, match="CSV"):
        write_xlsx(io.BytesIO(), [Sheet("a", ["n"], ([n] for n in range(3)))])


@pytest.mark.parametrize(("name", "expected"), [("a/b:c", "a b c"), ("'", "Sheet"), ("长" * 40, "长" * 31)])
def test_sheet_names_are_ones_that_excel_accepts(name, expected):
    assert spreadsheet.sheet_name(name) == expected
