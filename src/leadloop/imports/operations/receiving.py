"""Take in files: from a browser, or from a path."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.imports.models import Import
from leadloop.imports.permissions import require
from leadloop.imports.uploads import folder_of
from leadloop.people.models import User

MOST_FILES = 5
MOST_BYTES = 2 * 1024**3
LONGEST_NAME = 200
_UNSAFE = re.compile(r"[^\w.\-()（）]+")


def receive(*, files: Sequence[tuple[str, IO[bytes]]], actor: User, now: datetime) -> Import:
    """Keep uploaded files beside the database and begin an import of them. They are read together."""
    require(actor)
    _check_number(len(files))
    import_ = Import.objects.create(actor=actor, created_at=now)
    try:
        return _keep(import_, ((name, _copier(stream)) for name, stream in files))
    except OSError as error:
        _forget(import_)
        raise _not_kept(error) from error
    except BaseException:
        _forget(import_)
        raise


def receive_paths(*, paths: Sequence[Path], actor: User, now: datetime) -> Import:
    """The same for files on this machine. They are copied: a restart must find them again."""
    require(actor)
    _check_number(len(paths))
    for path in paths:
        if not path.is_file():
            raise DataError(msg("There is no file “%(path)s”.", path=str(path)))
    import_ = Import.objects.create(actor=actor, created_at=now)
    try:
        return _keep(import_, ((path.name, _link_or_copy(path)) for path in paths))
    except OSError as error:
        _forget(import_)
        raise _not_kept(error) from error
    except BaseException:
        _forget(import_)
        raise


def _check_number(files: int) -> None:
    if files == 0:
        raise DataError(msg("Choose a file."), field="files")
    if files > MOST_FILES:
        raise DataError(msg("At most %(most)s files at once.", most=MOST_FILES), field="files")


def _keep(import_: Import, files: Iterable[tuple[str, Any]]) -> Import:
    folder = folder_of(import_)
    folder.mkdir(parents=True, exist_ok=True)
    kept = []
    names: set[str] = set()
    for given, put in files:
        name = given.replace("\0", "")  # PostgreSQL takes none in a text
        path = folder / _safe(name, names)
        size = put(path)
        if size == 0:
            raise DataError(msg("The file “%(name)s” is empty.", name=name), field="files")
        kept.append({"name": name, "path": f"{folder.name}/{path.name}", "size": size})
    import_.files = kept
    import_.save(update_fields=["files"])
    return import_


def _copier(stream: IO[bytes]) -> Any:
    def put(path: Path) -> int:
        size = 0
        with path.open("wb") as out:
            while block := stream.read(1024 * 1024):
                size += len(block)
                if size > MOST_BYTES:
                    raise DataError(
                        msg("A file has at most %(most)s GB.", most=MOST_BYTES // 1024**3), field="files"
                    )
                out.write(block)
        return size

    return put


def _link_or_copy(source: Path) -> Any:
    def put(path: Path) -> int:
        shutil.copyfile(source, path)
        return path.stat().st_size

    return put


def _safe(name: str, used: set[str]) -> str:
    """A name for the file system; what the person called the file is kept beside it."""
    plain = _UNSAFE.sub("_", Path(name.replace("\\", "/")).name).lstrip(".")
    # File systems count bytes. The end is kept: it says what kind of file it is.
    plain = plain.encode()[-LONGEST_NAME:].decode(errors="ignore") or "file"
    free = plain if plain not in used else f"{len(used)}-{plain}"
    used.add(free)
    return free


def _not_kept(error: OSError) -> DataError:
    """The disk is full, or not ours to write on."""
    return DataError(
        msg("The files could not be kept: %(why)s.", why=error.strerror or str(error)), field="files"
    )


def _forget(import_: Import) -> None:
    shutil.rmtree(folder_of(import_), ignore_errors=True)
    import_.delete()
