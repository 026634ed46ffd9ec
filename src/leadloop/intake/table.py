"""A table as it stands in a file: headers, and rows of text with their row numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadloop.intake.headers import key_of, normalise
from leadloop.intake.issues import Issues

HEADER_WITHIN = 20
"""The header is looked for in so many rows."""


@dataclass(slots=True)
class Rows:
    """``columns`` are string arrays, one per header; without blanks around values, an empty value is null."""

    numbers: npt.NDArray[np.int64]
    columns: list[pa.Array]
    issues: Issues = field(default_factory=Issues)
    rejected: int = 0

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a table out of its file; part of the mapping."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_row: int = 0
    """Row as a spreadsheet counts; 0 = to be found."""


class Table(Protocol):
    name: str
    headers: tuple[str, ...]
    layout: Layout
    issues: Issues
    """Noticed while opening."""

    def rows(self, size: int) -> Iterator[Rows]:
        """All rows from the start, at most ``size`` at a time."""
        ...

    def sample(self) -> Rows:
        """The first rows, quickly."""
        ...


def report_twins(texts: Sequence[str], headers: Sequence[str], row: int, issues: Issues) -> None:
    """Say which headers occur more than once."""
    seen: set[str] = set()
    for text, header in zip(texts, headers, strict=False):
        if text.strip() and text.strip() in seen:
            issues.add("duplicate_header", row=row, column=header, value=text.strip())
        seen.add(text.strip())


def header_index(rows: Sequence[Sequence[str]]) -> int:
    """Which of the first rows is the header: the one with most known names, else the first full one."""
    from leadloop.intake.fields import recognise

    rows = rows[:HEADER_WITHIN]
    known = [len({recognise(normalise(cell)) for cell in row if key_of(cell)} - {None}) for row in rows]
    if known and max(known) >= 2:
        return known.index(max(known))
    width = max((sum(bool(cell.strip()) for cell in row) for row in rows), default=0)
    for index, row in enumerate(rows):
        if sum(bool(cell.strip()) for cell in row) >= max(0.6 * width, 1):
            return index
    return 0
