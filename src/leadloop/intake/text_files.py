"""CSV and its relatives: encoding, separator, header, and rows in blocks of bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake.blocks import read_blocks
from leadloop.intake.detect import empty
from leadloop.intake.encodings import encoding_of
from leadloop.intake.headers import display
from leadloop.intake.issues import Issues
from leadloop.intake.records import RecordReader, Records, split
from leadloop.intake.table import HEADER_WITHIN, Layout, Rows, header_index, report_twins

SEPARATORS = (",", ";", "\t", "|")
NOTHING = ["", "NULL", "null", "N/A", "n/a", "#N/A", "#VALUE!", "#REF!", "NaN", "nan", "-", "--", "—", "——"]
"""Cell texts that mean “no value”."""
MOST_COLUMNS = 2000

_BLOCK = 2 << 20
_SAMPLE = 512 << 10
_SAMPLE_ROWS = 2000


class TextTable:
    """One text file. Opening reads its first lines only."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self.name = path.name
        self.issues = Issues(self.name)
        encoding = _known(layout.encoding) if layout.encoding else encoding_of(path)
        lines = _first_lines(path, encoding)
        if not any(line.strip() for line in lines):
            raise empty(self.name)
        hint = lines[0][4:5] if lines[0].lower().startswith("sep=") else ""
        separator = layout.separator or hint or separator_of(lines)
        records = _first_records(lines, separator)
        header_row = layout.header_row or _header_row(records, skip=bool(hint))
        if header_row > len(records):
            raise DataError(
                msg("“%(file)s” has no row %(row)s for the header.", file=self.name, row=header_row)
            )
        raw_header, lines_before = records[header_row - 1]
        raw_header = _as_wide_as_rows(raw_header, [fields for fields, _ in records[header_row:]])
        if len(raw_header) > MOST_COLUMNS:
            raise DataError(
                msg("“%(file)s” has more than %(most)s columns.", file=self.name, most=MOST_COLUMNS)
            )
        self.layout = Layout(encoding, separator, None, header_row)
        self.headers = tuple(display([text.strip() for text in raw_header]))
        report_twins(raw_header, self.headers, header_row, self.issues)
        self._skip_lines = lines_before

    def rows(self, size: int) -> Iterator[Rows]:
        for rows in self._blocks(_BLOCK):
            yield from _slices(rows, size)

    def sample(self) -> Rows:
        for rows in self._blocks(_SAMPLE):
            return _slice(rows, 0, _SAMPLE_ROWS)
        return Rows(np.zeros(0, np.int64), [pa.array([], pa.string()) for _ in self.headers])

    def _blocks(self, block_size: int) -> Iterator[Rows]:
        issues = Issues(self.name)
        reader = RecordReader(self.layout.separator or ",", self.headers, issues)
        row, skip, rest = self.layout.header_row + 1, self._skip_lines, b""
        for block in read_blocks(self.path, self.layout.encoding or "utf-8", block_size):
            data, odd, shift = block.data, block.odd, rest.count(b"\n")
            if skip:
                data, skipped = _without_lines(data, skip)
                skip -= skipped
                shift -= skipped
            data = rest + data
            if not data and not block.last:
                continue
            records = reader.read(
                data, row, {i + shift: e for i, e in odd.items() if i + shift >= 0}, last=block.last
            )
            row, rest = records.next_row, records.rest
            rows = self._to_rows(records, issues)
            if len(rows) or rows.rejected or rows.issues.counts:
                yield rows

    def _to_rows(self, records: Records, issues: Issues) -> Rows:
        columns = _parse(records, self.layout.separator or ",", len(self.headers))
        rows = Rows(records.numbers, columns, Issues(self.name), records.rejected)
        rows.issues.take(issues)
        self._report_odd(records, rows)
        return _without_blank(rows)

    def _report_odd(self, records: Records, rows: Rows) -> None:
        """Lines in another encoding: the row, or the column with characters that no encoding could read."""
        for row, encoding in records.odd_rows.items():
            if encoding != "?":
                rows.issues.add("mixed_encoding", row=row, encoding=encoding)
                continue
            at = int(np.searchsorted(records.numbers, row))
            if at >= len(records.numbers):
                continue
            for header, column in zip(self.headers, rows.columns, strict=True):
                value = column[at].as_py()
                if value and "\ufffd" in value:
                    rows.issues.add("unreadable_characters", row=row, column=header, value=value)


def separator_of(lines: list[str]) -> str:
    """The separator that splits most lines into the same number of fields."""
    lines = [line for line in lines if line.strip()][:60]
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = [len(split(line, separator)[0]) for line in lines]
        usual = max(set(widths), key=widths.count)
        score = widths.count(usual) / len(widths) * (usual - 1)
        if score > best_score:
            best, best_score = separator, score
    return best


def _known(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        raise DataError(msg("“%(encoding)s” is not an encoding.", encoding=encoding)) from None
    return encoding


def _first_lines(path: Path, encoding: str) -> list[str]:
    for block in read_blocks(path, encoding, _SAMPLE):
        return block.data.decode(errors="replace").split("\n")[:200]
    return []


def _first_records(lines: list[str], separator: str) -> list[tuple[list[str], int]]:
    """The first records, each with the number of lines up to its end."""
    records: list[tuple[list[str], int]] = []
    joined = ""
    for index, line in enumerate(lines):
        joined = f"{joined}\n{line}" if joined else line
        fields, closed, _ = split(joined, separator)
        if closed or joined.count("\n") > 20:
            records.append((fields, index + 1))
            joined = ""
        if len(records) > HEADER_WITHIN:
            break
    return records


def _header_row(records: list[tuple[list[str], int]], *, skip: bool) -> int:
    first = 1 if skip else 0
    return first + header_index([fields for fields, _ in records[first:]]) + 1


def _as_wide_as_rows(header: list[str], records: list[list[str]]) -> list[str]:
    """The header with empty names added or taken away at its end, when the rows agree on another width."""
    widths = [len(fields) for fields in records if len(fields) > 1]
    if not widths:
        return header
    usual = max(set(widths), key=widths.count)
    while len(header) > max(usual, 1) and not header[-1].strip():
        header = header[:-1]
    return header + [""] * (usual - len(header)) if widths.count(usual) > len(widths) / 2 else header


def _without_lines(data: bytes, count: int) -> tuple[bytes, int]:
    position = 0
    for done in range(count):
        end = data.find(b"\n", position)
        if end < 0:
            return b"", done
        position = end + 1
    return data[position:], count


def _parse(records: Records, separator: str, width: int) -> list[pa.Array]:
    if not len(records.numbers):
        return [pa.array([], pa.string()) for _ in range(width)]
    names = [str(index) for index in range(width)]
    table = pa_csv.read_csv(
        pa.py_buffer(records.data),
        read_options=pa_csv.ReadOptions(
            column_names=names, block_size=len(records.data) + 1, use_threads=True
        ),
        parse_options=pa_csv.ParseOptions(
            delimiter=separator, newlines_in_values=records.multiline, ignore_empty_lines=False
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=NOTHING
        ),
    )
    columns = [c.chunk(0) if c.num_chunks == 1 else c.combine_chunks() for c in table.columns]
    return [_trim(column) for column in columns] if records.blanks_around else columns


def _trim(column: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.is_in(trimmed, value_set=pa.array(NOTHING)), None, trimmed)


def _without_blank(rows: Rows) -> Rows:
    """Rows without any value (``,,,,``) are no rows."""
    if not len(rows):
        return rows
    first = rows.columns[0]
    if first.null_count == 0:
        return rows
    filled = np.zeros(len(rows), np.bool_)
    for column in rows.columns:
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
        if filled.all():
            return rows
    mask = pa.array(filled)
    return Rows(rows.numbers[filled], [c.filter(mask) for c in rows.columns], rows.issues, rows.rejected)


def _slices(rows: Rows, size: int) -> Iterator[Rows]:
    if len(rows) <= size:
        yield rows
        return
    for start in range(0, len(rows), size):
        yield _slice(rows, start, size)


def _slice(rows: Rows, start: int, size: int) -> Rows:
    """Issues and rejected rows travel with the first slice."""
    issues = rows.issues if start == 0 else Issues(rows.issues.file)
    numbers = rows.numbers[start : start + size]
    return Rows(
        numbers, [c.slice(start, size) for c in rows.columns], issues, rows.rejected if start == 0 else 0
    )
