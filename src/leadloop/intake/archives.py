"""Looks into a zipped workbook before anything unpacks it: a small file may claim gigabytes of memory."""

from __future__ import annotations

import copy
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake.detect import broken

MOST_BYTES = 3 << 30
"""Unpacked, all parts together."""
MOST_RATIO = 400
"""Unpacked to packed, for parts above :data:`SMALL`; real sheets reach about 30, sparse ones 100."""
SMALL = 100 << 20
MOST_CELLS = 60_000_000
"""The reader keeps a sheet as a full rectangle: one cell far away costs as much as all between."""

_DEFLATE_LIMIT = 1032
"""No deflate stream unpacks to more than this times its size."""
_CHUNK = 4 << 20
_ROW = re.compile(rb'<row[^>]{0,200}? r="([0-9]+)"')
_FAR_CELL = re.compile(rb' r="([A-Z]{2,3})[0-9]')
_REPEATED_COLUMNS = re.compile(
    rb'<table:table-cell[^>]*?number-columns-repeated="([0-9]+)"[^>]*?office:value-type'
)
_REPEATED_ROWS = re.compile(
    rb'<table:table-row[^>]*?number-rows-repeated="([0-9]+)"[^>]*>(?:(?!</table:table-row>).){0,4000}?office:value-type',
    re.DOTALL,
)


def check_workbook(path: Path) -> None:
    """Raise DataError for a file whose unpacked content would be too large, whether it admits it or not."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, path.name)
            for info in archive.infolist():
                if re.match(r"xl/worksheets/[^/]+\.xml$", info.filename):
                    _check_cells(archive, info, path.name)
                elif info.filename == "content.xml":
                    _check_repeats(archive, info, path.name)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError):
        raise broken(path.name) from None


def _check_sizes(archive: zipfile.ZipFile, name: str) -> None:
    parts = archive.infolist()
    declared = sum(info.file_size for info in parts)
    if declared > MOST_BYTES or any(_suspicious(info.file_size, info.compress_size) for info in parts):
        raise bomb(name)
    room = MOST_BYTES
    for info in parts:
        possible = info.compress_size * _DEFLATE_LIMIT + 1024
        # A part that cannot grow beyond what is small need not be unpacked to know.
        room -= info.file_size if possible <= SMALL else _unpacked(archive, info, room, name)
        if room < 0:
            raise bomb(name)


def _suspicious(size: int, packed: int) -> bool:
    return size > SMALL and size > MOST_RATIO * max(packed, 1)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int, name: str) -> int:
    """Real size of a part; reading stops as soon as it is too large."""
    size = 0
    for chunk in _chunks(archive, info):
        size += len(chunk)
        if size > room or _suspicious(size, info.compress_size):
            raise bomb(name)
    return size


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    # zipfile stops at the declared size; the reader of workbooks does not, so the claim is taken away.
    honest = copy.copy(info)
    honest.file_size = 1 << 62
    with archive.open(honest) as part:
        part._expected_crc = None  # type: ignore[attr-defined]
        while chunk := part.read(_CHUNK):
            yield chunk


def _check_cells(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> None:
    """The rectangle that the cells of a sheet span."""
    rows, columns, tail = 0, 0, b""
    for chunk in _chunks(archive, info):
        data = tail + chunk
        at = data.rfind(b"<row")
        found = _ROW.match(data, at) if at >= 0 else None
        rows = max(rows, int(found[1]) if found else 0)
        letters = set(_FAR_CELL.findall(data))
        columns = max([columns, *(_column_number(word) for word in letters)])
        tail = data[-300:]
    if rows * max(columns, 26) > MOST_CELLS:
        raise bomb(name)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _check_repeats(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> None:
    """OpenDocument writes equal cells and rows once with a count; only empty ones are harmless."""
    cells, tail = 0, b""
    for chunk in _chunks(archive, info):
        data = tail + chunk
        cells += sum(int(count) for count in _REPEATED_COLUMNS.findall(data))
        cells += sum(int(count) * 26 for count in _REPEATED_ROWS.findall(data) if int(count) > 1000)
        tail = data[-300:]
        if cells > MOST_CELLS:
            raise bomb(name)


def bomb(name: str) -> DataError:
    return DataError(
        msg(
            "“%(file)s” would need far more memory than its size suggests and was not opened. "
            "Delete unused rows and columns, or save the sheet as CSV.",
            file=name,
        )
    )
