"""Collects what is noticed: every error, the first examples of the rest, and exact counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from leadloop.foundation.messages import Message, msg
from leadloop.intake.result import Issue, Severity

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
        severity: Severity,
        code: str,
        message: Message,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        if severity == "error" or self.counts[code] < self.limit:
            self.items.append(Issue(severity, code, message, self.file, row, column, shorten(value)))
        self.counts[code] += 1

    def add_rows(
        self,
        severity: Severity,
        code: str,
        text: str,
        *,
        rows: Sequence[int],
        column: str | None = None,
        values: Sequence[str | None] | None = None,
    ) -> None:
        """The same thing in several rows; ``text`` may use ``%(value)s`` and ``%(column)s``."""
        if not len(rows):
            return
        room = len(rows) if severity == "error" else max(self.limit - self.counts[code], 0)
        for index in range(min(room, len(rows))):
            value = shorten(values[index]) if values is not None else None
            params = {"value": value, "column": column}
            message = msg(text, **{name: p for name, p in params.items() if f"%({name})s" in text})
            self.items.append(Issue(severity, code, message, self.file, int(rows[index]), column, value))
        self.counts[code] += len(rows)

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
    if value is None or len(value) <= _LONGEST:
        return value
    return value[: _LONGEST - 1] + "…"
