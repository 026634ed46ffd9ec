"""Tables out to CSV and XLSX. Text from outside never runs as a formula.

CSV has no types, so a cell that begins like a formula gets an apostrophe in front.
XLSX has them: strings are written as strings, and no formula is ever written.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any
from zoneinfo import ZoneInfo

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg

BOM = b"\xef\xbb\xbf"
"""Without it Excel reads UTF-8 as the system's code page and shows Chinese as rubbish."""

XLSX_ROWS = 1_048_576
CHUNK_ROWS = 1000

_DANGEROUS = re.compile(r"^\s*[=+\-@\t\r\n＝＋－＠]")
_HARMLESS = re.compile(r"^[+\-][\d\s.,()%-]*$")
"""Signed numbers and telephone numbers: a spreadsheet may compute them but can do no harm."""

_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")

Cell = str | int | float | Decimal | date | datetime | bool | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. ``rows`` may be a generator; ``widths`` are in characters."""

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()


def inert(text: str) -> str:
    """``text``, with an apostrophe in front where a spreadsheet would take it for a formula."""
    if _DANGEROUS.match(text) and not _HARMLESS.match(text):
        return "'" + text
    return text


def csv_chunks(
    headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, zone: str = "UTC"
) -> Iterator[bytes]:
    """The file in pieces, for a streaming answer: UTF-8 with mark, CRLF, times ISO in ``zone``."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    here = ZoneInfo(zone)
    writer.writerow([inert(header) for header in headers])
    yield BOM
    for count, row in enumerate(rows, start=1):
        writer.writerow([_as_text(cell, here) for cell in row])
        if count % CHUNK_ROWS == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def write_csv(
    stream: IO[bytes], headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, zone: str = "UTC"
) -> None:
    for chunk in csv_chunks(headers, rows, zone=zone):
        stream.write(chunk)


def write_xlsx(stream: IO[bytes], sheets: Iterable[Sheet], *, zone: str = "UTC") -> None:
    """One worksheet per table with a frozen, filterable header; memory does not grow with rows.

    Raises :class:`DataError` when a table has more rows than the format allows.
    """
    import xlsxwriter

    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm", **SAFE_OPTIONS}
    book = xlsxwriter.Workbook(stream, options)
    header = book.add_format({"bold": True, "bottom": 1, "bg_color": "#F1F5F4", "text_wrap": False})
    formats = _Formats(
        day=book.add_format({"num_format": "yyyy-mm-dd"}), money=book.add_format({"num_format": "#,##0.00"})
    )
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet_name(sheet.name)), sheet, header, formats, ZoneInfo(zone))
    book.close()


SAFE_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True, slots=True)
class _Formats:
    """How cells of a type look; times have the default format of the book."""

    day: Any
    money: Any


def sheet_name(name: str) -> str:
    """A name that Excel accepts: no brackets or slashes, at most 31 characters."""
    return _SHEET_NAME.sub(" ", name).strip("' ")[:31] or "Sheet"


def _write_sheet(page: Any, sheet: Sheet, header: Any, formats: _Formats, zone: ZoneInfo) -> None:
    for column, characters in enumerate(sheet.widths):
        page.set_column(column, column, characters)
    page.freeze_panes(1, 0)
    for column, text in enumerate(sheet.headers):
        page.write_string(0, column, text, header)
    last = 0
    for last, row in enumerate(sheet.rows, start=1):
        if last >= XLSX_ROWS:
            raise DataError(msg("A worksheet holds at most 1,048,575 rows. Export to CSV instead."))
        for column, cell in enumerate(row):
            _write_cell(page, last, column, cell, formats, zone)
    page.autofilter(0, 0, last, max(0, len(sheet.headers) - 1))


def _write_cell(page: Any, row: int, column: int, cell: Cell, formats: _Formats, zone: ZoneInfo) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        page.write_string(row, column, cell[:32_767])
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, _local(cell, zone).replace(tzinfo=None))
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, formats.day)
    elif isinstance(cell, Decimal):
        page.write_number(row, column, float(cell), formats.money)
    else:
        page.write_number(row, column, float(cell))


def _as_text(cell: Cell, zone: ZoneInfo) -> object:
    if isinstance(cell, str):
        return inert(cell)
    if isinstance(cell, datetime):
        return _local(cell, zone).isoformat(sep=" ", timespec="seconds")[:19]
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else cell


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=UTC).astimezone(zone)


def _drain(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode("utf-8")
    buffer.seek(0)
    buffer.truncate()
    return piece
