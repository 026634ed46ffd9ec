"""Workbooks: XLSX, XLS, ODS. Cells become the text that the same value would have in a CSV file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake.archives import check_workbook
from leadloop.intake.detect import Kind, broken, empty, locked
from leadloop.intake.fields import recognise
from leadloop.intake.headers import display, key_of, normalise
from leadloop.intake.issues import Issues
from leadloop.intake.table import HEADER_WITHIN, Layout, Rows, header_index, report_twins
from leadloop.intake.text_files import MOST_COLUMNS, NOTHING

_SAMPLE_ROWS = 2000
_BATCH = 20_000
_NOTHING = frozenset(NOTHING)
Cell = int | float | str | bool | dt.datetime | dt.date | dt.time | dt.timedelta


class SheetTable:
    """The sheet of a workbook that holds the data. The workbook is in memory as a whole."""

    def __init__(self, path: Path, kind: Kind, layout: Layout) -> None:
        self.name = path.name
        self.issues = Issues(self.name)
        workbook = _open(path, kind)
        sheet, others = _choose(workbook, layout.sheet, self.name)
        if others:
            self.issues.add("other_sheets", sheet=sheet.name, others="”, “".join(others))
        self._cells = sheet.to_python(skip_empty_area=False)
        head = [[cell_text(cell) for cell in row] for row in self._cells[:HEADER_WITHIN]]
        header_row = layout.header_row or header_index(head) + 1
        if header_row > len(self._cells):
            raise DataError(
                msg("“%(file)s” has no row %(row)s for the header.", file=self.name, row=header_row)
            )
        header = [cell_text(cell) for cell in self._cells[header_row - 1]]
        self._width = _width(header, self._cells[header_row : header_row + 200])
        if self._width > MOST_COLUMNS:
            raise DataError(
                msg("“%(file)s” has more than %(most)s columns.", file=self.name, most=MOST_COLUMNS)
            )
        self.layout = Layout(None, None, sheet.name, header_row)
        self.headers = tuple(display([name.strip() for name in header[: self._width]]))
        report_twins(header, self.headers, header_row, self.issues)

    def rows(self, size: int) -> Iterator[Rows]:
        for start in range(self.layout.header_row, len(self._cells), size):
            rows = self._slice(start, start + size)
            if len(rows):
                yield rows

    def sample(self) -> Rows:
        return self._slice(self.layout.header_row, self.layout.header_row + _SAMPLE_ROWS)

    def _slice(self, start: int, stop: int) -> Rows:
        cells = self._cells[start:stop]
        columns = [
            _column([row[index] if index < len(row) else "" for row in cells]) for index in range(self._width)
        ]
        filled = np.zeros(len(cells), np.bool_)
        for column in columns:
            filled |= column.is_valid().to_numpy(zero_copy_only=False)
        mask = pa.array(filled)
        numbers = np.arange(start + 1, start + 1 + len(cells))[filled]
        return Rows(numbers, [column.filter(mask) for column in columns], Issues(self.name))


def _open(path: Path, kind: Kind) -> calamine.CalamineWorkbook:
    if kind is not Kind.XLS:
        check_workbook(path)
    try:
        return calamine.load_workbook(str(path))
    except calamine.PasswordError:
        raise locked(path.name) from None
    except (calamine.CalamineError, OSError):
        raise broken(path.name) from None


def _choose(
    workbook: calamine.CalamineWorkbook, wanted: str | None, name: str
) -> tuple[calamine.CalamineSheet, list[str]]:
    """The sheet with most known headers, then most rows; hidden ones only if there is no other."""
    if wanted is not None and wanted not in workbook.sheet_names:
        raise DataError(msg("“%(file)s” has no sheet “%(sheet)s”.", file=name, sheet=wanted))
    visible = [m.name for m in workbook.sheets_metadata if m.visible == calamine.SheetVisibleEnum.Visible]
    try:
        sheets = [
            workbook.get_sheet_by_name(s) for s in ([wanted] if wanted else visible or workbook.sheet_names)
        ]
    except (calamine.CalamineError, ValueError):
        raise broken(name) from None
    filled = [sheet for sheet in sheets if sheet.height and sheet.width]
    if not filled:
        raise empty(name)
    best = max(filled, key=lambda sheet: (_known_headers(sheet), sheet.height))
    return best, [sheet.name for sheet in filled if sheet is not best and sheet.height > 1]


def _known_headers(sheet: calamine.CalamineSheet) -> int:
    rows = [[cell_text(cell) for cell in row] for row in sheet.to_python(nrows=HEADER_WITHIN)]
    return max((len({recognise(normalise(c)) for c in row if key_of(c)} - {None}) for row in rows), default=0)


def _width(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    """Columns up to the last that has a name or a value."""
    last = max((i + 1 for i, name in enumerate(header) if name.strip()), default=0)
    for row in rows:
        for index in range(len(row) - 1, last - 1, -1):
            if row[index] != "":
                last = index + 1
                break
    return last


def cell_text(cell: Cell) -> str:
    """How the value would stand in a CSV file: whole numbers without a point, dates as ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _column(cells: Sequence[Cell]) -> pa.Array:
    texts = [value.strip() if (value := cell_text(cell)) else None for cell in cells]
    return pa.array([None if value is None or value in _NOTHING else value for value in texts], pa.string())
