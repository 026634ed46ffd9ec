"""Files that hold no table, or a dangerous one; rows that contradict themselves."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest

from leadloop.foundation.errors import DataError, UsageError

from .helpers import NOW, read, write

HEADER = ["lead id", "source", "created date", "status", "won date", "lost date", "amount", "loss reason"]


def row(number: object = 1, **values: object) -> list[object]:
    known: dict[str, object] = {
        "lead id": number,
        "source": "web",
        "created date": "2026-06-03",
        "status": "open",
    }
    return [{**known, **values}.get(name, "") for name in HEADER]


def rows_of(tmp_path: Path, *rows: list[object]) -> Path:
    return write(tmp_path / "a.csv", [HEADER, *rows])


def refused(path: Path) -> str:
    with pytest.raises(DataError) as problem:
        read(path)
    return str(problem.value)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n  \n"])
def test_empty_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert "“a.csv” is empty" in refused(path)


def test_header_only(tmp_path: Path) -> None:
    found = read(rows_of(tmp_path))
    assert (found.leads.num_rows, found.rows_read, found.rows_rejected) == (0, 0, 0)
    assert "captured_at" in found.leads.schema.names


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert "There is no file" in refused(tmp_path / "nowhere.csv")
    assert "is a folder" in refused(tmp_path)
    with pytest.raises(UsageError):
        read()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n", "a picture"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        (b"PAR1xxxx", "a Parquet file"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML document"),
    ],
)
def test_not_a_table(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    assert what in refused(path)


def test_wrong_extension(tmp_path: Path) -> None:
    path = rows_of(tmp_path, row())
    assert read(path.rename(tmp_path / "a.xlsx")).leads.num_rows == 1
    workbook(tmp_path / "b.xlsx", [HEADER, row()]).rename(tmp_path / "b.csv")
    assert read(tmp_path / "b.csv").leads.num_rows == 1


def workbook(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append([cell if cell != "" else None for cell in cells])  # type: ignore[union-attr]
    book.save(path)
    return path


def test_password_protected_workbook(tmp_path: Path) -> None:
    msoffcrypto = pytest.importorskip("msoffcrypto.format.ooxml")
    plain = workbook(tmp_path / "plain.xlsx", [HEADER, row()])
    with plain.open("rb") as source, (tmp_path / "locked.xlsx").open("wb") as target:
        msoffcrypto.OOXMLFile(source).encrypt("secret", target)
    assert "protected by a password" in refused(tmp_path / "locked.xlsx")


def test_damaged_workbook(tmp_path: Path) -> None:
    content = workbook(tmp_path / "a.xlsx", [HEADER, row()]).read_bytes()
    (tmp_path / "a.xlsx").write_bytes(content[: len(content) // 2])
    assert "is damaged" in refused(tmp_path / "a.xlsx")


def with_part(path: Path, name: str, content: bytes) -> Path:
    """A workbook with one part replaced."""
    source = workbook(path.with_suffix(".tmp.xlsx"), [HEADER, row()])
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == name else old.read(info))
    return path


def test_zip_bomb_that_says_so(tmp_path: Path) -> None:
    bomb = with_part(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", b" " * (300 << 20))
    assert "far more memory" in refused(bomb)


def test_zip_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    bomb = with_part(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", b" " * (300 << 20))
    content = bytearray(bomb.read_bytes())
    size = struct.pack("<I", 300 << 20)
    assert content.count(size) == 2
    bomb.write_bytes(bytes(content).replace(size, struct.pack("<I", 5000)))
    assert "far more memory" in refused(bomb)


def test_a_cell_far_away_is_not_opened(tmp_path: Path) -> None:
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert "far more memory" in refused(with_part(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml", sheet))


def test_repeated_cells_of_an_open_document(tmp_path: Path) -> None:
    content = (
        '<?xml version="1.0"?><office:document-content><office:body><office:spreadsheet><table:table>'
        '<table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="16000" office:value-type="string"><text:p></text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", re.sub("1000000", "9000000", content))
    (tmp_path / "a.ods").write_bytes(stream.getvalue())
    assert "far more memory" in refused(tmp_path / "a.ods")


def test_duplicate_numbers_keep_the_first(tmp_path: Path) -> None:
    found = read(rows_of(tmp_path, row(1), row(2), row(1), row(1)), size=2)
    assert [r["number"] for r in found.rows()] == ["1", "2"]
    assert [(i.severity, i.row, i.column, i.value) for i in found.issues] == [
        ("error", 4, "lead id", "1"),
        ("error", 5, "lead id", "1"),
    ]
    assert (found.rows_read, found.rows_rejected) == (4, 2)


def test_missing_number_is_made_from_the_row(tmp_path: Path) -> None:
    found = read(rows_of(tmp_path, row(1), row("")))
    assert [(r["number"], r["number_made"]) for r in found.rows()] == [("1", False), ("R000003", True)]
    assert found.first("missing_number").row == 3


@pytest.mark.parametrize(
    ("value", "code"),
    [("1899-12-31", "date_before_1990"), ("2031-01-01", "date_in_future"), ("gestern", "unreadable_date")],
)
def test_wrong_dates_are_left_out(tmp_path: Path, value: str, code: str) -> None:
    path = rows_of(
        tmp_path,
        row(1, status="won", **{"won date": value}),
        row(2, status="won", **{"won date": "2026-06-04"}),
    )
    found = read(path)
    issue = found.first(code)
    assert (issue.row, issue.column, issue.value) == (2, "won date", value)
    assert found.first("won_without_date").row == 2
    assert found.kinds() == ["registered", "stage", "won"]


def test_a_wrong_date_of_capture_rejects_the_row(tmp_path: Path) -> None:
    found = read(rows_of(tmp_path, row(1, **{"created date": "1899-12-31"}), row(2)))
    assert [r["number"] for r in found.rows()] == ["2"]
    assert {(i.severity, i.code) for i in found.issues} == {
        ("warning", "date_before_1990"),
        ("error", "no_capture_date"),
    }


def test_tomorrow_is_not_yet_the_future(tmp_path: Path) -> None:
    assert NOW.day == 20
    assert "date_in_future" not in read(rows_of(tmp_path, row(1, **{"created date": "2026-11-21"}))).counts
    assert "date_in_future" in read(rows_of(tmp_path, row(1, **{"created date": "2026-11-22"}))).counts


def test_won_before_captured_is_kept_and_reported(tmp_path: Path) -> None:
    found = read(rows_of(tmp_path, row(1, status="won", **{"won date": "2026-06-01", "amount": 5})))
    assert found.first("won_before_captured").row == 2
    assert found.kinds() == ["stage", "won", "registered"]


def test_amounts_that_are_text(tmp_path: Path) -> None:
    path = rows_of(
        tmp_path,
        row(1, status="won", amount="面议", **{"won date": "2026-06-05"}),
        row(2, amount="5万"),
        row(3, amount="15-20万"),
    )
    found = read(path)
    issue = found.first("unreadable_amount")
    assert (issue.row, issue.column, issue.value) == (2, "amount", "面议")
    assert [r["expected_amount"] for r in found.rows()] == [None, 50_000, 175_000]
    assert [r["expected_amount_low"] for r in found.rows()] == [None, None, 150_000]
    assert found.first("amount_range").severity == "note"


def test_a_reason_for_a_won_lead_is_left_out(tmp_path: Path) -> None:
    found = read(
        rows_of(
            tmp_path, row(1, status="won", **{"won date": "2026-06-05", "loss reason": "price", "amount": 1})
        )
    )
    assert found.first("reason_for_won").column == "loss reason"
    assert all(event["reason"] is None for event in found.events_of())


def test_lost_without_a_reason(tmp_path: Path) -> None:
    found = read(rows_of(tmp_path, row(1, status="lost", **{"lost date": "2026-06-05"})))
    assert found.first("lost_without_reason").row == 2
    assert found.kinds() == ["registered", "lost"]


def test_formulas_stay_text(tmp_path: Path) -> None:
    found = read(
        rows_of(tmp_path, row(1, source="=cmd|' /C calc'!A0"), row(2, source="@SUM(1)"), row(3, source="-x"))
    )
    assert found.rows()[0]["source"] == "=cmd|' /C calc'!A0"
    assert found.counts["formula_text"] == 3
    assert found.first("formula_text").severity == "note"


def test_errors_are_complete_and_warnings_bounded(tmp_path: Path) -> None:
    twins = [row(1) for _ in range(301)]
    wrong = [row(i + 2, amount="x") for i in range(300)]
    found = read(rows_of(tmp_path, *twins, *wrong))
    assert found.counts["duplicate_number"] == 300
    assert len([i for i in found.issues if i.code == "duplicate_number"]) == 300
    assert found.counts["unreadable_amount"] == 300
    assert len([i for i in found.issues if i.code == "unreadable_amount"]) == 100


def test_no_date_column_at_all_is_an_error_of_the_file(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.csv", [["lead id", "source"], [1, "web"]]))
    assert found.first("no_capture_column").severity == "error"
    assert found.rows_rejected == 1


def test_a_list_of_measures_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        [["改进措施", "负责人", "计划完成时间", "执行率"], ["培训", "张三", "2026-07-01", "80%"]],
    )
    assert "list of measures" in refused(path)


def test_original_rows_are_given_back(tmp_path: Path) -> None:
    path = rows_of(tmp_path, row(1), row(2, amount=" 5万 "), row(1))
    source = read(path).source
    assert list(source.original_rows({"a.csv": [3]})) == [
        (
            "a.csv",
            3,
            {
                "lead id": "2",
                "source": "web",
                "created date": "2026-06-03",
                "status": "open",
                "amount": "5万",
            },
        )
    ]
