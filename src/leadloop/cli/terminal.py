"""What commands print: tables that line up in Chinese too, progress for a person, warnings."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Collection, Sequence
from types import TracebackType

WIDE = frozenset("WF")


def width(text: str) -> int:
    """Columns that ``text`` takes in a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in WIDE else 1
        for char in text
    )


def pad(text: str, columns: int, *, right: bool = False) -> str:
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def table(headers: Sequence[str], rows: Sequence[Sequence[object]], *, right: Collection[int] = ()) -> str:
    """Lines of a table; columns whose index is in ``right`` are set flush right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(headers, *cells, strict=True)]
    lines = [headers, ["─" * columns for columns in widths], *cells]
    return "\n".join(
        "  ".join(
            pad(cell, columns, right=index in right)
            for index, (cell, columns) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def warn(text: str) -> None:
    print(text, file=sys.stderr)


class Progress:
    """One line on stderr that is rewritten, and only when stderr is a terminal.

    >>> with Progress("Reading") as progress:
    ...     progress.update(20_000, of=100_000)
    """

    def __init__(self, label: str) -> None:
        self.label = label
        self.shown = sys.stderr.isatty()
        self.started = time.monotonic()
        self._last = 0.0

    def __enter__(self) -> Progress:
        self._write(self.label + " …")
        return self

    def update(self, done: int, *, of: int | None = None) -> None:
        now = time.monotonic()
        if not self.shown or now - self._last < 0.1:
            return
        self._last = now
        rate = done / max(now - self.started, 1e-6)
        share = f" {done / of:.0%}" if of else ""
        left = f" · {(of - done) / rate:,.0f} s" if of and rate else ""
        self._write(f"{self.label}{share} {done:,} ({rate:,.0f}/s){left}")

    def say(self, label: str) -> None:
        self.label = label
        self._write(label + " …")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self.shown:
            print(f"\r\x1b[2K{text}", end="", file=sys.stderr, flush=True)
