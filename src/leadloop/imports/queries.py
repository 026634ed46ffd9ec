"""Reads about what became of the rows of an import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadloop.foundation.messages import Message
from leadloop.foundation.privacy import masked
from leadloop.imports.models import Import, Outcome, RowResult, message_of
from leadloop.imports.reading import open_source


def rows_with(import_: Import, outcome: Outcome) -> list[RowResult]:
    return list(RowResult.objects.filter(of=import_, outcome=outcome).order_by("file", "row", "id"))


def original_rows(
    import_: Import, outcome: Outcome
) -> tuple[list[str], Iterator[tuple[RowResult, dict[str, str]]]]:
    """Headers of the files, and the lines that ended so with their cells as they stand in the file.

    A cell with a number that is not kept is not given back either: the file is passed on to others.
    """
    source = open_source(import_)
    understanding = source.understanding
    headers = list(dict.fromkeys(use.header for use in understanding.columns))
    wanted: dict[str, set[int]] = {}
    results: dict[tuple[str, int], RowResult] = {}
    for result in rows_with(import_, outcome):
        file = result.file or understanding.files[0]
        wanted.setdefault(file, set()).add(result.row)
        results[file, result.row] = result

    def lines() -> Iterator[tuple[RowResult, dict[str, str]]]:
        for file, row, cells in source.original_rows(wanted):
            yield results[file, row], {header: masked(cell) for header, cell in cells.items()}

    return headers, lines()


def reasons_of(result: RowResult) -> list[Message]:
    return [message_of(reason) for reason in result.reasons]


def common_reasons(import_: Import, outcome: Outcome, most: int = 8) -> list[tuple[Message, int, int]]:
    """Why rows ended so: (an example, how often this kind of reason, first row), the most frequent first."""
    found: dict[str, list[Any]] = {}
    rows = RowResult.objects.filter(of=import_, outcome=outcome).order_by("row")
    for row, reasons in rows.values_list("row", "reasons").iterator():
        for reason in reasons[:1]:
            entry = found.setdefault(reason["text"], [message_of(reason), 0, row])
            entry[1] += 1
    ranked = sorted(found.values(), key=lambda entry: -entry[1])
    return [(message, count, row) for message, count, row in ranked[:most]]
