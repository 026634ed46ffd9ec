"""What a foreign file becomes: leads and events, and everything noticed on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import pyarrow as pa

from leadloop.foundation.messages import Message

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing noticed. ``row`` is the line number in the file as a spreadsheet shows it (header = 1)."""

    severity: Severity
    code: str
    message: Message
    file: str = ""
    row: int | None = None
    column: str | None = None
    """Header text of the column."""
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """How one column of a file was understood."""

    file: str
    header: str
    field: str | None
    """Name of a field of :mod:`leadloop.intake.fields`, ``stage:<key>`` for the time of a stage, or None."""
    how: Literal["synonym", "mapping", "values", "unused"]
    form: Message | None = None
    """Say, the date form found: ``2026-06-30 14:05``, or that day comes first."""
    examples: tuple[str, ...] = ()
    kept: bool = False
    """Holds no field but stays under its header, as a dimension."""
    joins: bool = False
    """Finds the rows of another file."""
    suggestion: str | None = None
    """What the values look like (``time``, ``email``, ``phone``) where the header says nothing."""


@dataclass(frozen=True, slots=True)
class StageGuess:
    """A stage found in the file, in order."""

    key: str
    name: str
    position: int
    canonical: int
    won: bool = False


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything decided about the files before the first row is read for good."""

    files: tuple[str, ...]
    encodings: Mapping[str, str]
    columns: tuple[ColumnUse, ...]
    stages: tuple[StageGuess, ...]
    mapping_toml: str
    """The mapping in TOML: given back to :func:`~leadloop.intake.open_files` it leads to the same result."""
    issues: tuple[Issue, ...] = ()


@dataclass(slots=True)
class Batch:
    """Some rows. ``leads`` has one row per lead with ``row`` (line in the file) beside the columns of
    ``analysis.tables.LEAD_COLUMNS`` and the personal fields (customer, contact, phone, email, ...).
    ``events`` refers to ``leads`` by ``lead_id``."""

    leads: pa.Table
    events: pa.Table
    issues: list[Issue] = field(default_factory=list)
    """Every error; of warnings and notes the first hundred of each code."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each code occurred, exactly."""
    rows_read: int = 0
    """Lines with something in them, also those that only add to a lead."""
    rows_rejected: int = 0
    """Lines with at least one error; none of them is among the leads."""


class Source(Protocol):
    """An opened set of files."""

    understanding: Understanding

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        """Read from the start, at most ``size`` lines of the main file a batch."""
        ...

    def original_rows(self, rows: Mapping[str, Collection[int]]) -> Iterator[tuple[str, int, dict[str, str]]]:
        """The cells of some lines (by file name) as they stand in the file, empty ones left out."""
        ...
