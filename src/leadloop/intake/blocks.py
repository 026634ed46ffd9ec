"""Reads a text file block by block as clean UTF-8, whole lines at a time, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake.encodings import other_than

_LONGEST_LINE = 64 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """``data`` is UTF-8 with plain line ends. ``odd``: line of the block -> the encoding it had instead."""

    data: bytes
    odd: dict[int, str]
    last: bool


def read_blocks(path: Path, encoding: str, size: int) -> Iterator[Block]:
    """Blocks of about ``size`` bytes. A line that is in another encoding is read in that one."""
    if encoding.startswith("utf-16"):
        yield from _wide(path, encoding, size)
        return
    with path.open("rb") as stream:
        if encoding == "utf-8-sig":
            stream.read(len(codecs.BOM_UTF8))
            encoding = "utf-8"
        rest = b""
        while True:
            raw = stream.read(size)
            if not raw:
                break
            rest += raw
            if len(rest) > size + _LONGEST_LINE:
                raise DataError(
                    msg("“%(file)s” has a line of more than 64 MB: it is not a table.", file=path.name)
                )
            end = _last_line_end(rest)
            if end:
                yield _decoded(rest[:end], encoding, last=False)
                rest = rest[end:]
        yield _decoded(rest, encoding, last=True)


def _last_line_end(data: bytes) -> int:
    end = data.rfind(b"\n") + 1
    if end:
        return end
    # Old Macintosh files end their lines with \r alone; a \r at the very end may be half of \r\n.
    return data.rfind(b"\r", 0, len(data) - 1) + 1


def _decoded(raw: bytes, encoding: str, *, last: bool) -> Block:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return _line_by_line(raw, encoding, last=last)
    data = raw if encoding == "utf-8" else text.encode()
    return Block(_plain_ends(data), {}, last)


def _plain_ends(data: bytes) -> bytes:
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in data:
        data = data.replace(b"\0", b"")
    return data if not data or data.endswith(b"\n") else data + b"\n"


def _line_by_line(raw: bytes, encoding: str, *, last: bool) -> Block:
    lines: list[bytes] = []
    odd: dict[int, str] = {}
    for index, line in enumerate(_plain_ends(raw).split(b"\n")):
        text, used = _decode_line(line, encoding)
        if used != encoding:
            odd[index] = used
        lines.append(text.encode())
    return Block(b"\n".join(lines), odd, last)


def _decode_line(line: bytes, encoding: str) -> tuple[str, str]:
    for name in (encoding, *other_than(encoding)):
        try:
            return line.decode(name), name
        except UnicodeDecodeError:
            continue
    return line.decode(encoding, errors="replace"), "?"


def _wide(path: Path, encoding: str, size: int) -> Iterator[Block]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as stream:
        rest = ""
        while True:
            raw = stream.read(size)
            rest += decoder.decode(raw, final=not raw)
            if not raw:
                break
            end = rest.rfind("\n") + 1
            if end:
                yield _replaced(rest[:end], last=False)
                rest = rest[end:]
        yield _replaced(rest, last=True)


def _replaced(text: str, *, last: bool) -> Block:
    data = _plain_ends(text.encode("utf-8", errors="replace"))
    odd: dict[int, str] = {}
    if "\ufffd" in text:
        odd = {i: "?" for i, line in enumerate(data.split(b"\n")) if b"\xef\xbf\xbd" in line}
    return Block(data, odd, last)
