"""What a file really is, whatever its name says."""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN = (
    (b"%PDF", msg("a PDF document")),
    (b"\x89PNG", msg("a picture")),
    (b"\xff\xd8\xff", msg("a picture")),
    (b"GIF8", msg("a picture")),
    (b"PAR1", msg("a Parquet file")),
    (b"\x1f\x8b", msg("a gzip archive")),
    (b"Rar!", msg("a RAR archive")),
    (b"7z\xbc\xaf", msg("a 7z archive")),
    (b"SQLite format 3", msg("an SQLite database")),
)


class Kind(StrEnum):
    TEXT = "text"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"


def kind_of(path: Path) -> Kind:
    """Decide by content. Raises DataError for a file that holds no table."""
    head = _head(path)
    if head.startswith(_OLE):
        return _ole(path)
    if head.startswith(b"PK"):
        return _zip(path)
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise _foreign(path, what)
    start = head[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta")):
        raise _foreign(path, msg("a web page"))
    if start.startswith(b"<?xml"):
        raise _foreign(path, msg("an XML document"))
    return Kind.TEXT


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except IsADirectoryError:
        raise DataError(msg("“%(file)s” is a folder, not a file.", file=path.name)) from None
    except FileNotFoundError:
        raise DataError(msg("There is no file “%(file)s”.", file=str(path))) from None
    except OSError as problem:
        text = msg(
            "“%(file)s” cannot be read: %(problem)s", file=path.name, problem=problem.strerror or problem
        )
        raise DataError(text) from None
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise empty(path.name)
    return head


def _ole(path: Path) -> Kind:
    with path.open("rb") as stream:
        # The directory of an OLE file names its streams in UTF-16; where it lies differs by writer.
        content = stream.read(16 << 20)
    if _ENCRYPTED in content:
        raise locked(path.name)
    if "WordDocument".encode("utf-16-le") in content or "PowerPoint".encode("utf-16-le") in content:
        raise _foreign(path, msg("a text document or presentation"))
    return Kind.XLS


def _zip(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.open("mimetype").read(200) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise broken(path.name) from None
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return Kind.ODS
    if any(name.startswith("xl/") for name in names):
        return Kind.XLSX
    raise _foreign(path, msg("an archive or a document"))


def empty(name: str) -> DataError:
    return DataError(msg("“%(file)s” is empty: there is no header and no row in it.", file=name))


def locked(name: str) -> DataError:
    return DataError(
        msg(
            "“%(file)s” is protected by a password. Open it, remove the password (File › Info › Protect), "
            "save it and choose it again.",
            file=name,
        )
    )


def broken(name: str) -> DataError:
    return DataError(
        msg(
            "“%(file)s” is damaged and cannot be read. Open it in a spreadsheet and save it again.", file=name
        )
    )


def _foreign(path: Path, what: Message) -> DataError:
    return DataError(
        msg(
            "“%(file)s” is %(what)s, not a table. Export or save it as CSV, XLSX, XLS or ODS.",
            file=path.name,
            what=what,
        )
    )
