"""Collects what is noticed: every error, the first examples of the rest, and exact counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from leadloop.foundation.messages import msg
from leadloop.intake.faults import FAULTS
from leadloop.intake.result import Issue

EXAMPLES = 100
_LONGEST = 200


class Issues:
    """Bounded per code, except errors: a rejected row must always be able to say why."""

    def __init__(self, file: str = "", *, limit: int = EXAMPLES) -> None:
        self.file = file
        self.limit = limit
        self.items: list[Issue] = []
        self.counts: Counter[str] = Counter()

    def add(
        self,
        code: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        **params: object,
    ) -> None:
        """One case of a fault; what its text does not mention is left out of the message."""
        fault = FAULTS[code]
        if fault.severity == "error" or self.counts[code] < self.limit:
            value = shorten(value)
            known = {"column": column, "value": value, **params}
            text = fault.text.text
            message = msg(text, **{name: given for name, given in known.items() if f"%({name})s" in text})
            self.items.append(Issue(fault.severity, code, message, self.file, row, column, value))
        self.counts[code] += 1

    def add_rows(
        self,
        code: str,
        rows: Sequence[int],
        *,
        column: str | None = None,
        values: Sequence[str | None] | None = None,
    ) -> None:
        """The same fault in several rows."""
        room = len(rows) if FAULTS[code].severity == "error" else max(self.limit - self.counts[code], 0)
        for index in range(min(room, len(rows))):
            self.add(code, row=int(rows[index]), column=column, value=values[index] if values else None)
        if len(rows) > room:
            self.counts[code] += len(rows) - room

    def take(self, other: Issues) -> None:
        """Move everything out of ``other`` into this collection."""
        self.merge(other.items, other.counts)
        other.items, other.counts = [], Counter()

    def merge(self, items: Iterable[Issue], counts: Counter[str]) -> None:
        shown = Counter(issue.code for issue in self.items)
        for issue in items:
            if issue.severity == "error" or shown[issue.code] < self.limit:
                self.items.append(issue)
                shown[issue.code] += 1
        self.counts.update(counts)


def shorten(value: str | None) -> str | None:
    """A cell may hold a novel."""
    if value is None or len(value) <= _LONGEST:
        return value
    return value[: _LONGEST - 1] + "…"
