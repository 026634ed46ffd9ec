"""Where attachments lie: in the data directory, which nobody serves, each under a random name.

A file is written beside its place, brought to the disk and then renamed, so that under a key there is a
whole file or none, also when the disk is full or the machine stops.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings

from leadloop.followup import file_types
from leadloop.followup.file_types import FileType
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg

_KEY = re.compile(r"[0-9a-f]{32}")
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies complete in its place."""

    key: str
    name: str
    kind: FileType
    size: int


def folder() -> Path:
    return Path(settings.ATTACHMENTS)


def path_of(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise ValueError("not a key of an attachment")
    return folder() / key[:2] / key


class Incoming:
    """A file that is being received: refused as soon as it is known to be no good.

    ``name`` is already plain (:func:`leadloop.followup.names.plain`).
    """

    def __init__(self, name: str) -> None:
        allowed = frozenset(settings.ATTACHMENT_TYPES) & file_types.TYPES.keys()
        if (refusal := file_types.refused_name(name, allowed)) is not None:
            raise DataError(refusal, field="files")
        self.name = name
        self.size = 0
        self._most = int(settings.ATTACHMENT_BYTES)
        self._head = b""
        self._key = secrets.token_hex(16)
        self._part = path_of(self._key).with_suffix(_PART)
        self._out: IO[bytes] | None = None

    @property
    def is_too_large(self) -> bool:
        return self.size > self._most

    def write(self, block: bytes) -> None:
        self.size += len(block)
        if self.is_too_large:
            self.give_up()
            raise too_large(self.name)
        self._look(block)
        try:
            self._opened().write(block)
        except OSError as error:
            self.give_up()
            raise _not_kept(self.name, error) from error

    def finish(self) -> Kept:
        """The file in its place, if it is what its name says."""
        if not self.size:
            self.give_up()
            raise DataError(msg("The file “%(name)s” is empty.", name=self.name), field="files")
        try:
            self._close()
            kind = file_types.type_of(self.name, self._part)
            self._part.replace(path_of(self._key))
        except OSError as error:
            self.give_up()
            raise _not_kept(self.name, error) from error
        except BaseException:
            self.give_up()
            raise
        return Kept(self._key, self.name, kind, self.size)

    def give_up(self) -> None:
        """Leave nothing behind. May be called more than once."""
        if self._out is not None:
            # What is still in memory may not fit on a full disk either.
            with contextlib.suppress(OSError):
                self._out.close()
            self._out = None
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """For whoever reads it from a connection that may break."""
        self.give_up()

    def _look(self, block: bytes) -> None:
        if len(self._head) >= file_types.HEAD:
            return
        self._head += block[: file_types.HEAD]
        if (refusal := file_types.refused_head(self.name, self._head)) is not None:
            self.give_up()
            raise DataError(refusal, field="files")

    def _opened(self) -> IO[bytes]:
        if self._out is None:
            self._part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._out = os.fdopen(os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        return self._out

    def _close(self) -> None:
        assert self._out is not None
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        self._out = None


def keep(name: str, stream: IO[bytes]) -> Kept:
    """Everything that ``stream`` gives, as a file."""
    incoming = Incoming(name)
    try:
        while block := stream.read(1 << 16):
            incoming.write(block)
        return incoming.finish()
    except BaseException:
        incoming.give_up()
        raise


def remove(key: str) -> None:
    path_of(key).unlink(missing_ok=True)


def lying_since(moment: datetime) -> Iterator[Path]:
    """Files, whole and partial ones, that were written before ``moment``."""
    for path in folder().glob("??/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < moment.timestamp():
                yield path


def too_large(name: str) -> DataError:
    most = int(settings.ATTACHMENT_BYTES) // 1024**2
    return DataError(msg("“%(name)s” is larger than %(most)s MB.", name=name, most=most), field="files")


def _not_kept(name: str, error: OSError) -> DataError:
    """The disk is full, or not ours to write on."""
    return DataError(
        msg("“%(name)s” could not be kept: %(why)s.", name=name, why=error.strerror or str(error)),
        field="files",
    )
