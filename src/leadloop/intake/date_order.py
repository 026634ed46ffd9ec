"""Whether 3/6/2026 is the third of June or the sixth of March: read from the whole column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from leadloop.foundation.messages import Message, msg
from leadloop.intake.dates import Order, layout_of, take_apart


@dataclass(slots=True)
class Evidence:
    """Counts over a column. ``unclear`` are values that both readings allow."""

    day_first: int = 0
    month_first: int = 0
    unclear: int = 0
    dotted: int = 0
    halves: int = 0
    """Values with AM or PM, which month-first countries write."""

    def add(self, values: pa.Array) -> None:
        if values.null_count == len(values):
            return
        runs = take_apart(values)
        codes = runs.shapes.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        for code, shape in enumerate(runs.shapes.dictionary.to_pylist()):
            layout = layout_of(shape)
            if layout is None or layout.first != "any":
                continue
            rows = (codes == code) & (runs.lengths[:, 0] != 4) & (runs.numbers[:, 0] <= 31)
            first, second = runs.numbers[rows, 0], runs.numbers[rows, 1]
            self.day_first += int(((first > 12) & (second <= 12)).sum())
            self.month_first += int(((second > 12) & (first <= 12)).sum())
            unclear = int(((first <= 12) & (second <= 12) & (first != second)).sum())
            self.unclear += unclear
            self.dotted += unclear if "." in shape.split(" ")[0] else 0
            self.halves += unclear if layout.half in ("am", "pm", "a.m.", "p.m.") else 0

    @property
    def relevant(self) -> bool:
        return bool(self.day_first or self.month_first or self.unclear)

    @property
    def decided(self) -> Order | None:
        """The order that this column proves; the majority where it contradicts itself."""
        if self.day_first == self.month_first:
            return None
        return "day" if self.day_first > self.month_first else "month"


@dataclass(frozen=True, slots=True)
class Decision:
    order: Order
    form: Message | None
    """Told to the reader; None where the column holds no such dates."""
    doubtful: Message | None = None


def decide(evidence: Evidence, others: Iterable[Evidence]) -> Decision:
    """``others`` are the columns of the same file: one hand usually writes all dates alike."""
    if not evidence.relevant:
        return Decision("day", None)
    order = evidence.decided
    if order is not None:
        form = msg("day first: 31/12/2026") if order == "day" else msg("month first: 12/31/2026")
        return Decision(order, form, _contradiction(evidence, order))
    votes = {other.decided for other in others} - {None}
    if len(votes) == 1:
        order = votes.pop()
        assert order is not None
        return Decision(
            order,
            msg("day first, as in another column")
            if order == "day"
            else msg("month first, as in another column"),
        )
    order = "day" if evidence.dotted or not evidence.halves else "month"
    text = (
        msg("Dates such as 3/6/2026 were read with the day first; no value of the column tells which it is.")
        if order == "day"
        else msg(
            "Dates such as 6/3/2026 were read with the month first; no value of the column tells which it is."
        )
    )
    return Decision(
        order, msg("day first (a guess)") if order == "day" else msg("month first (a guess)"), text
    )


def _contradiction(evidence: Evidence, order: Order) -> Message | None:
    against = min(evidence.day_first, evidence.month_first)
    if not against:
        return None
    if order == "day":
        return msg("The column writes the day first, but the month in %(count)s of its dates.", count=against)
    return msg("The column writes the month first, but the day in %(count)s of its dates.", count=against)


def share_of_dates(values: pa.Array) -> float:
    """Share of the values whose shape is that of a date with year, month and day."""
    filled = len(values) - values.null_count
    if not filled:
        return 0.0
    shapes = take_apart(values).shapes
    counts = np.bincount(shapes.indices.drop_null().to_numpy(), minlength=len(shapes.dictionary))
    good = 0.0
    for count, shape in zip(counts, shapes.dictionary.to_pylist(), strict=True):
        layout = layout_of(shape)
        good += int(count) if layout is not None and layout.first != "number" else 0
    return float(good / filled)
