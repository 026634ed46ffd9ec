"""Everything decided about a set of files; what a mapping file holds, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from leadloop.foundation.messages import Message
from leadloop.intake.dates import Order
from leadloop.intake.result import StageGuess
from leadloop.intake.table import Layout
from leadloop.intake.words import Word

Role = Literal["leads", "history", "follow_ups", "lookup"]
How = Literal["synonym", "mapping", "values", "unused"]

OWN = "*"
"""Field of a column that is kept under its own header."""
LEFT_OUT = ""
STAGE = "stage:"
"""Prefix of the field of a column that holds the times of one stage; what follows is the stage's name."""


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is read. ``order``, ``comma``, ``factor``, ``currency`` matter where the type fits."""

    file: str
    header: str
    field: str = OWN
    how: How = "unused"
    factor: float = 1.0
    currency: str | None = None
    order: Order = "day"
    comma: bool = False
    form: Message | None = None
    suggestion: str | None = None
    label: str = ""
    """Name of the column among the leads when it is no field; the header unless another file has the same."""

    @property
    def own_name(self) -> str:
        return self.label or self.header

    @property
    def stage(self) -> str | None:
        return self.field.removeprefix(STAGE) if self.field.startswith(STAGE) else None


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One file. ``key`` is its column that finds partners in column ``to`` of the lead file."""

    name: str
    role: Role
    layout: Layout
    columns: tuple[Column, ...]
    key: str | None = None
    to: str | None = None

    def column_of(self, field_name: str) -> Column | None:
        return next((column for column in self.columns if column.field == field_name), None)


@dataclass(frozen=True, slots=True)
class Plan:
    tables: tuple[TablePlan, ...]
    stages: tuple[StageGuess, ...]
    zone: str
    stage_names: Mapping[str, str] = field(default_factory=dict)
    """Further texts for stages -> key of the stage."""
    outcomes: Mapping[str, Word] = field(default_factory=dict)
    """Texts of the status column, beyond the known words."""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Field or header -> text in the file -> text to use."""

    @property
    def main(self) -> TablePlan:
        return next((t for t in self.tables if t.role == "leads"), self.tables[0])
