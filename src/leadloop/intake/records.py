"""Finds the records in a block of CSV text and mends those that a strict reader would stumble over.

Nearly all lines of a real file are plain. Which ones are not is found for the
whole block at once; only those are read one by one here. What comes out is text
in which every line has the right number of fields and every quote its partner.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from leadloop.intake.issues import Issues

_NEWLINE, _QUOTE = 10, 34
_SPACES = np.frombuffer(b" \t\xe3\xc2", np.uint8)
"""First bytes of blanks, also of the wide and the unbreakable one in UTF-8."""
_MOST_LINES = 200
"""A quoted cell with more lines than this is taken for a quote that was never closed."""

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Records:
    data: bytes
    """CSV text of ``len(numbers)`` records, each with the right number of fields."""
    numbers: Ints
    """Row of each record as a spreadsheet counts."""
    multiline: bool
    blanks_around: bool
    """Some value may begin or end with a blank."""
    next_row: int
    rejected: int
    rest: bytes = b""
    """Lines of a record that goes on in the next block."""
    odd_rows: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Lines:
    """Positions in a block."""

    data: bytes
    starts: Ints
    ends: Ints
    """Of the newline that closes the line."""

    def text(self, index: int) -> str:
        return self.data[self.starts[index] : self.ends[index]].decode()

    def __len__(self) -> int:
        return len(self.ends)


class RecordReader:
    """Knows the shape of one file: separator and header."""

    def __init__(self, separator: str, headers: tuple[str, ...], issues: Issues) -> None:
        self.separator = separator
        self.headers = headers
        self.issues = issues

    def read(self, data: bytes, first_row: int, odd: dict[int, str], *, last: bool) -> Records:
        """``odd`` maps lines of ``data`` to a foreign encoding; they come back as rows."""
        array = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(array == _NEWLINE)
        lines = _Lines(data, np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1])[: len(ends)], ends)
        separators = np.flatnonzero(array == ord(self.separator))
        quotes = np.flatnonzero(array == _QUOTE)
        blanks = _blanks_around(array, np.concatenate([separators, quotes, ends]))
        regular = self._regular(array, lines, separators, quotes)
        blank = lines.starts == lines.ends
        repair = _Repair(self, lines, first_row, last=last)
        if not (regular | blank).all():
            repair.run(np.flatnonzero(~(regular | blank)))
        return self._collect(lines, blank, repair, first_row, odd, blanks)

    def _regular(self, array: npt.NDArray[np.uint8], lines: _Lines, separators: Ints, quotes: Ints) -> Bools:
        """Lines that are complete records with the right number of fields."""
        wanted = len(self.headers) - 1
        count = _per_line(separators, lines)
        if not len(quotes):
            plain: Bools = count == wanted
            return plain
        quote_count = _per_line(quotes, lines)
        sound = quote_count % 2 == 0
        sound[_lines_of(quotes[self._misplaced(array, quotes, lines, quote_count)], lines)] = False
        inside = _inside_quotes(separators, quotes, lines)
        complete: Bools = sound & (count - _per_line(separators[inside], lines) == wanted)
        return complete

    def _misplaced(self, array: npt.NDArray[np.uint8], quotes: Ints, lines: _Lines, counts: Ints) -> Bools:
        """Quotes that neither open nor close a value nor are doubled."""
        firsts = np.repeat(np.cumsum(counts) - counts, counts)
        opening = (np.arange(len(quotes)) - firsts) % 2 == 0
        neighbours = np.array([ord(self.separator), _NEWLINE, _QUOTE], np.uint8)
        before = np.where(quotes > 0, array[quotes - 1], _NEWLINE)
        after = array[np.minimum(quotes + 1, len(array) - 1)]
        return ~np.isin(np.where(opening, before, after), neighbours)

    def _collect(
        self, lines: _Lines, blank: Bools, repair: _Repair, first_row: int, odd: dict[int, str], blanks: bool
    ) -> Records:
        begins = ~repair.consumed
        begins[repair.stop :] = False
        row_of = first_row + np.cumsum(begins) - 1
        kept = begins & ~blank & ~repair.dropped
        data = lines.data[: lines.starts[repair.stop]] if repair.stop < len(lines) else lines.data
        if repair.replaced or not kept[: repair.stop].all():
            data = _pieces(lines, kept, repair)
        rest = lines.data[lines.starts[repair.stop] :] if repair.stop < len(lines) else b""
        return Records(
            data,
            row_of[kept],
            repair.multiline,
            blanks or bool(repair.replaced),
            int(first_row + begins.sum()),
            int(repair.dropped.sum()),
            rest,
            {int(row_of[line]): name for line, name in odd.items() if line < repair.stop},
        )


class _Repair:
    """Reads the irregular lines of one block, in order."""

    def __init__(self, reader: RecordReader, lines: _Lines, first_row: int, *, last: bool) -> None:
        self.reader = reader
        self.lines = lines
        self.first_row = first_row
        self.last = last
        self.replaced: dict[int, bytes] = {}
        self.consumed = np.zeros(len(lines), np.bool_)
        """Lines that continue the record of a line above."""
        self.dropped = np.zeros(len(lines), np.bool_)
        """Records that cannot be read."""
        self.stop = len(lines)
        self.multiline = False

    def run(self, irregular: Ints) -> None:
        done, gone = -1, 0
        for index in irregular.tolist():
            if index <= done:
                continue
            # Rows are counted in records: lines consumed so far are not rows of their own.
            end = self._record(index, self.first_row + index - gone)
            if end is None:
                self.stop = index
                return
            self.consumed[index + 1 : end + 1] = True
            gone += end - index
            done = end

    def _record(self, index: int, row: int) -> int | None:
        """Read the record that begins in line ``index``: its last line, None if the block ends before it."""
        width = len(self.reader.headers)
        text = self.lines.text(index)
        fields, closed, stray = split(text, self.reader.separator)
        end = index
        limit = min(index + _MOST_LINES, len(self.lines) - 1)
        joined = text
        while not closed and end < limit:
            end += 1
            joined += "\n" + self.lines.text(end)
            if '"' in joined[-(self.lines.ends[end] - self.lines.starts[end]) :]:
                fields, closed, stray = split(joined, self.reader.separator)
        if not closed and end < index + _MOST_LINES and not self.last:
            return None
        # Over several lines nothing is forgiven: a lost quote would otherwise swallow the rows after it.
        if closed and (end == index or (len(fields) == width and not stray)):
            self._keep(index, row, fields)
            self.multiline |= end > index
            return end
        self._broken(index, row, text)
        return index

    def _broken(self, index: int, row: int, text: str) -> None:
        """A quote without partner: the line is read as if quotes had no meaning."""
        fields = text.split(self.reader.separator)
        at = next((i for i, value in enumerate(fields) if value.count('"') % 2), 0)
        column = self.reader.headers[at] if at < len(self.reader.headers) else None
        if len(fields) != len(self.reader.headers):
            value = fields[min(at, len(fields) - 1)]
            self.reader.issues.add("unreadable_row", row=row, column=column, value=value)
            self.dropped[index] = True
            return
        self.reader.issues.add("broken_quotes", row=row, column=column, value=fields[at])
        self.replaced[index] = self._line([_unquoted(value) for value in fields])

    def _keep(self, index: int, row: int, fields: list[str]) -> None:
        issues, width = self.reader.issues, len(self.reader.headers)
        if len(fields) > width and any(value.strip() for value in fields[width:]):
            issues.add("too_many_values", row=row, value=fields[width], count=len(fields), width=width)
            self.dropped[index] = True
            return
        if len(fields) < width:
            issues.add("too_few_values", row=row, count=len(fields), width=width)
        self.replaced[index] = self._line((fields + [""] * width)[:width])

    def _line(self, fields: list[str]) -> bytes:
        quoted = ['"' + value.replace('"', '""') + '"' if value else "" for value in fields]
        return (self.reader.separator.join(quoted) + "\n").encode()


def split(text: str, separator: str) -> tuple[list[str], bool, bool]:
    """Fields of one record, whether its last quote was closed, and whether one stood where none belongs.

    A quote inside a bare value is a character.
    """
    fields: list[str] = []
    position, length, stray = 0, len(text), False
    while True:
        if position < length and text[position] == '"':
            value, position, closed, odd = _quoted(text, position + 1, separator)
            fields.append(value)
            stray |= odd
            if not closed:
                return fields, False, stray
        else:
            end = text.find(separator, position)
            end = length if end < 0 else end
            fields.append(text[position:end])
            stray |= '"' in fields[-1]
            position = end
        if position >= length:
            return fields, True, stray
        position += 1


def _quoted(text: str, position: int, separator: str) -> tuple[str, int, bool, bool]:
    """The value after an opening quote, the position behind it, whether it was closed, whether a quote was
    not doubled though it should be (``"say "hello" to"``)."""
    parts: list[str] = []
    stray = False
    while True:
        end = text.find('"', position)
        if end < 0:
            return "".join(parts) + text[position:], len(text), False, stray
        parts.append(text[position:end])
        after = text[end + 1 : end + 2]
        if after in ("", separator):
            return "".join(parts), end + 1, True, stray
        parts.append('"')
        position = end + (2 if after == '"' else 1)
        stray |= after != '"'


def _unquoted(value: str) -> str:
    return value.strip().strip('"').replace('""', '"')


def _per_line(positions: Ints, lines: _Lines) -> Ints:
    return np.searchsorted(positions, lines.ends) - np.searchsorted(positions, lines.starts)


def _lines_of(positions: Ints, lines: _Lines) -> Ints:
    return np.searchsorted(lines.ends, positions)


def _inside_quotes(separators: Ints, quotes: Ints, lines: _Lines) -> Bools:
    """Separators with an odd number of quotes before them in their line."""
    before_line = np.searchsorted(quotes, lines.starts)[_lines_of(separators, lines)]
    inside: Bools = (np.searchsorted(quotes, separators) - before_line) % 2 == 1
    return inside


def _blanks_around(array: npt.NDArray[np.uint8], edges: Ints) -> bool:
    """Whether a blank stands beside one of ``edges`` (separators, quotes, line ends) or at the very start."""
    after = array[np.minimum(edges + 1, len(array) - 1)]
    one, two, three = (array[np.maximum(edges - k, 0)] for k in (1, 2, 3))
    wide = (one == 0x80) & (two == 0x80) & (three == 0xE3)
    unbreakable = (one == 0xA0) & (two == 0xC2)
    plain = np.isin(one, _SPACES[:2]) | np.isin(after, _SPACES)
    return bool((plain | wide | unbreakable).any() or np.isin(array[:1], _SPACES).any())


def _pieces(lines: _Lines, kept: Bools, repair: _Repair) -> bytes:
    """The block with mended lines in place of the irregular ones and without the others."""
    out: list[bytes] = []
    plain = kept.copy()
    plain[list(repair.replaced)] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[False], plain, [False]]).astype(np.int8)))
    runs = {int(a): int(b) for a, b in zip(edges[::2], edges[1::2], strict=True)}
    for index in sorted([*runs, *(i for i in repair.replaced if kept[i])]):
        if index in runs:
            out.append(lines.data[lines.starts[index] : lines.ends[runs[index] - 1] + 1])
        else:
            out.append(repair.replaced[index])
    return b"".join(out)
