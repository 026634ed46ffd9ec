"""Stages of all processes as expressions: from key to position and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

import ibis
import ibis.expr.types as ir

from leadloop.analysis.tables import CANONICAL, MAX_STAGES, Stage


class Ladder:
    """The order of stages that a fold counts by: those of each process, or the six canonical steps."""

    def __init__(self, stages: Sequence[Stage], *, canonical: bool = False) -> None:
        if not stages:
            raise ValueError("A fold needs the stages of at least one process.")
        self.canonical = canonical
        ordered = sorted(stages, key=lambda stage: stage.process)
        self._processes = {
            name: sorted(group, key=lambda stage: stage.position)
            for name, group in groupby(ordered, key=lambda stage: stage.process)
        }
        self._first = stages[0].process
        if self.height > MAX_STAGES:
            raise ValueError(f"A process has more than {MAX_STAGES} stages.")

    @property
    def height(self) -> int:
        """The number of positions: N of ``entered_1 … entered_N``."""
        if self.canonical:
            return len(CANONICAL)
        return max(stage.position for group in self._processes.values() for stage in group)

    def known(self, process: ir.StringValue) -> ir.StringValue:
        """The process itself, or the first one given for a process without stages."""
        if len(self._processes) == 1:
            return ibis.literal(self._first)
        return process.isin(list(self._processes)).ifelse(process, self._first)

    def number(self, process: ir.StringValue) -> ir.IntegerValue:
        """The number of a known process, by which the others of these methods know it."""
        if len(self._processes) == 1:
            return ibis.literal(0, "int8")
        return _cases(process, ((name, i) for i, name in enumerate(self._processes))).cast("int8")

    def name(self, number: ir.IntegerValue) -> ir.StringValue:
        if len(self._processes) == 1:
            return ibis.literal(self._first)
        return _cases(number, enumerate(self._processes))

    def position(self, number: ir.IntegerValue, key: ir.StringValue) -> ir.IntegerValue:
        """Position of a stage key in a process; null when the process has no such stage."""
        return self._by_process(number, lambda group: self._positions(key, group))

    def won_position(self, number: ir.IntegerValue) -> ir.IntegerValue:
        return self._by_process(
            number, lambda group: ibis.literal(self._number(_won(group), group)).cast("int8")
        )

    def key(self, number: ir.IntegerValue, position: ir.IntegerValue) -> ir.StringValue:
        """Key of the stage at a position; of the canonical step when counting by those."""
        if self.canonical:
            return _cases(position, enumerate(CANONICAL, start=1))
        return self._by_process(
            number,
            lambda group: _cases(position, ((stage.position, stage.key) for stage in group)),
        )

    def _number(self, stage: Stage, group: Sequence[Stage]) -> int:
        if not self.canonical:
            return stage.position
        won = _won(group)
        # A step next to signing may be mapped onto the signed step; standing there is not having won.
        return stage.canonical if stage is won else min(stage.canonical, won.canonical - 1)

    def _positions(self, key: ir.StringValue, group: Sequence[Stage]) -> ir.IntegerValue:
        return _cases(key, ((stage.key, self._number(stage, group)) for stage in group)).cast("int8")

    def _by_process(self, number: ir.IntegerValue, value: Callable[[Sequence[Stage]], ir.Value]) -> ir.Value:
        if len(self._processes) == 1:
            return value(self._processes[self._first])
        return _cases(number, ((i, value(group)) for i, group in enumerate(self._processes.values())))


def _won(group: Sequence[Stage]) -> Stage:
    return next((stage for stage in group if stage.won), group[-1])


def _cases(value: ir.Value, pairs: object) -> ir.Value:
    return value.cases(*pairs)  # type: ignore[misc]
