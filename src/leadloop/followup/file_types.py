"""What may be attached, and what a file is by its content. Pure: looks at bytes, keeps nothing.

A type is offered only if its content can be told: an installation narrows the list, and cannot widen it by
something that nobody looks into. What a program would run is refused whatever its name.
"""

from __future__ import annotations

import codecs
import mmap
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import IO

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg

HEAD = 2048
"""Bytes by which a program is known, and most other files."""

_PROGRAMS = (
    b"MZ",
    b"ZM",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\xca\xfe\xba\xbf",
    b"\xbe\xba\xfe\xca",
    b"\0asm",
    b"dex\n",
    b"!<arch>",
    b"\xed\xab\xee\xdb",
    b"L\0\0\0\x01\x14\x02\0",
    b"ITSF",
    b"MSCF",
    b"xar!",
)
"""Windows, Linux, macOS, Java, WebAssembly, Android, packages, shortcuts, help files, cabinets."""
_SCRIPT, _VOICE = b"#!", b"#!AMR"

_ENDINGS = (
    "exe com scr pif bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta msi msp msix appx cpl dll sys ocx jar class "
    "apk ipa app dmg pkg deb rpm sh bash zsh csh command run elf so dylib lnk reg chm inf scf url gadget"
)
_RUN = frozenset(_ENDINGS.split())
"""Endings of what a double click would run; looked for inside of containers."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS = ("vbaproject.bin", "macrosheets/")
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_MOST_MEMBERS = 20_000


@dataclass(frozen=True, slots=True)
class FileType:
    key: str
    """Also its ending."""
    mime: str
    icon: str
    holds: Callable[[Path, bytes], bool]
    """Whether a file with this head is one."""


def refused_name(name: str, allowed: Collection[str]) -> Message | None:
    """Why a file of this name is not taken; None when it may be."""
    ending = ending_of(name)
    if ending in _RUN:
        return msg("Programs are not kept: “%(name)s”.", name=name)
    if _key_of(ending) not in allowed:
        return msg(
            "“%(name)s” is of a kind that is not kept here. Allowed: %(kinds)s.",
            name=name,
            kinds=", ".join(sorted(allowed)),
        )
    return None


def refused_head(name: str, head: bytes) -> Message | None:
    """Why the beginning of a file is enough to refuse it: it is a program, whatever its name."""
    if head.startswith(_PROGRAMS) or _is_script(head):
        return msg("The content of “%(name)s” is a program. Programs are not kept.", name=name)
    return None


def type_of(name: str, path: Path) -> FileType:
    """The type of a complete file, by name and by content.

    :raises DataError: the two disagree, or there is something inside that a program would run.
    """
    found = TYPES[_key_of(ending_of(name))]
    with path.open("rb") as file:
        head = file.read(HEAD)
    if (refusal := refused_head(name, head)) is not None:
        raise DataError(refusal, field="files")
    if not found.holds(path, head):
        raise DataError(
            msg("“%(name)s” is not what its name says: the content is something else.", name=name),
            field="files",
        )
    return found


def ending_of(name: str) -> str:
    return PurePath(name.rstrip(". ")).suffix.lower().lstrip(".")


def _key_of(ending: str) -> str:
    return _SAME.get(ending, ending)


def _is_script(head: bytes) -> bool:
    plain = head.removeprefix(codecs.BOM_UTF8)
    return plain.startswith(_SCRIPT) and not plain.startswith(_VOICE)


def _begins(*signs: bytes) -> Callable[[Path, bytes], bool]:
    return lambda path, head: head.startswith(signs)


def _pdf(path: Path, head: bytes) -> bool:
    return b"%PDF-" in head[:1024]


def _riff(kind: bytes) -> Callable[[Path, bytes], bool]:
    return lambda path, head: head[:4] == b"RIFF" and head[8:12] == kind


def _boxes(*brands: bytes) -> Callable[[Path, bytes], bool]:
    """ISO base media: the brand of the first box says what it is."""

    def holds(path: Path, head: bytes) -> bool:
        listed = [head[8:12], *(head[at : at + 4] for at in range(16, 64, 4))]
        return head[4:8] == b"ftyp" and any(brand in brands for brand in listed)

    return holds


def _mp3(path: Path, head: bytes) -> bool:
    return head[:3] == b"ID3" or (head[:1] == b"\xff" and head[1:2] > b"\xe0")


def _office(part: str) -> Callable[[Path, bytes], bool]:
    return lambda path, head: _holds_member(path, head, lambda name: name == part)


def _open_document(mime: str) -> Callable[[Path, bytes], bool]:
    """Its first member names the kind, uncompressed, as the standard wants it."""

    def holds(path: Path, head: bytes) -> bool:
        said = b"mimetype" + mime.encode()
        return said in head and _holds_member(path, head, lambda name: name == "content.xml")

    return holds


def _holds_member(path: Path, head: bytes, wanted: Callable[[str], bool]) -> bool:
    if not head.startswith(b"PK\x03\x04"):
        return False
    import zipfile  # loads the compressors, which settings, who name the types, need not

    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    if len(names) > _MOST_MEMBERS:
        return False
    refuse_inside(names)
    return any(wanted(name) for name in names)


def refuse_inside(names: Collection[str]) -> None:
    for name in names:
        if ending_of(name) in _RUN:
            raise DataError(msg("There is a program inside the file: “%(name)s”.", name=name), field="files")
        if name.lower().endswith(_MACROS[0]) or _MACROS[1] in name.lower():
            raise _macros()


def _macros() -> DataError:
    return DataError(
        msg("The file contains macros, which are programs. Save it without them and attach it again."),
        field="files",
    )


def _compound(*streams: str) -> Callable[[Path, bytes], bool]:
    """The older office files: their streams have names, two bytes a sign."""

    def holds(path: Path, head: bytes) -> bool:
        if not head.startswith(_OLE):
            return False
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if content.find(_OLE_MACROS) >= 0:
                raise _macros()
            return any(content.find(stream.encode("utf-16-le")) >= 0 for stream in streams)

    return holds


_BLOCK = 1 << 20
_TEXT_CONTROLS = bytes({*range(32)} - {8, 9, 10, 12, 13, 27})


def _text(path: Path, head: bytes) -> bool:
    """Readable from the first to the last sign, as UTF-8, UTF-16 with its mark, or GB 18030."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(path, "utf-16")
    return not _has_controls(path) and any(_decodes(path, one) for one in ("utf-8", "gb18030"))


def _has_controls(path: Path) -> bool:
    with path.open("rb") as file:
        return any(
            len(block.translate(None, _TEXT_CONTROLS)) != len(block) for block in iter(_reads(file), b"")
        )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            for block in iter(_reads(file), b""):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _reads(file: IO[bytes]) -> Callable[[], bytes]:
    return lambda: file.read(_BLOCK)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
TYPES: Mapping[str, FileType] = MappingProxyType(
    {
        one.key: one
        for one in (
            FileType("pdf", "application/pdf", "file-text", _pdf),
            FileType(
                "docx", f"{_OFFICE}.wordprocessingml.document", "file-text", _office("word/document.xml")
            ),
            FileType(
                "xlsx", f"{_OFFICE}.spreadsheetml.sheet", "file-spreadsheet", _office("xl/workbook.xml")
            ),
            FileType(
                "pptx",
                f"{_OFFICE}.presentationml.presentation",
                "file-text",
                _office("ppt/presentation.xml"),
            ),
            FileType("doc", "application/msword", "file-text", _compound("WordDocument")),
            FileType("xls", "application/vnd.ms-excel", "file-spreadsheet", _compound("Workbook", "Book")),
            FileType("ppt", "application/vnd.ms-powerpoint", "file-text", _compound("PowerPoint Document")),
            FileType("msg", "application/vnd.ms-outlook", "mail", _compound("__properties_version1.0")),
            FileType("odt", f"{_OPEN}.text", "file-text", _open_document(f"{_OPEN}.text")),
            FileType(
                "ods", f"{_OPEN}.spreadsheet", "file-spreadsheet", _open_document(f"{_OPEN}.spreadsheet")
            ),
            FileType("odp", f"{_OPEN}.presentation", "file-text", _open_document(f"{_OPEN}.presentation")),
            FileType("txt", "text/plain", "file-text", _text),
            FileType("md", "text/plain", "file-text", _text),
            FileType("csv", "text/csv", "file-spreadsheet", _text),
            FileType("eml", "message/rfc822", "mail", _text),
            FileType("png", "image/png", "photo", _begins(b"\x89PNG\r\n\x1a\n")),
            FileType("jpg", "image/jpeg", "photo", _begins(b"\xff\xd8\xff")),
            FileType("gif", "image/gif", "photo", _begins(b"GIF87a", b"GIF89a")),
            FileType("webp", "image/webp", "photo", _riff(b"WEBP")),
            FileType("heic", "image/heic", "photo", _boxes(b"heic", b"heix", b"mif1", b"msf1")),
            FileType("mp3", "audio/mpeg", "player-play", _mp3),
            FileType("m4a", "audio/mp4", "player-play", _boxes(b"M4A ", b"mp42", b"isom")),
            FileType("wav", "audio/wav", "player-play", _riff(b"WAVE")),
            FileType("amr", "audio/amr", "player-play", _begins(_VOICE)),
            FileType(
                "mp4",
                "video/mp4",
                "player-play",
                _boxes(b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"M4V "),
            ),
            FileType("mov", "video/quicktime", "player-play", _boxes(b"qt  ")),
        )
    }
)
_SAME = MappingProxyType({"jpeg": "jpg", "heif": "heic", "text": "txt"})
"""Endings of the same thing."""
