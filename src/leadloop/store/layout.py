"""Where the store's files lie, and how one state of it replaces another without a reader noticing.

    CURRENT                 a JSON manifest: which generation and which delta count, and up to where they go
    lock                    held by the one process that writes
    g-<time>-<random>/      a generation: the base tables, never changed once written
        base/*.parquet
        d-<random>/*.parquet    rows of the leads that changed since the base; the newest one counts
    new-<random>/           something half written; nobody reads it, the next writer removes it

A writer fills a ``new-`` folder, brings it to the disk, renames it into place and then replaces CURRENT in
one step. Killed before that step, it has changed nothing; after it, everything. What CURRENT no longer names
stays for a while for readers that still hold it.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

FORMAT = 2
GRACE_SECONDS = 600
TABLES = ("facts", "events", "leads", "journeys", "visits")
CANONICAL = ("journeys_canonical", "visits_canonical")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One state of the store."""

    generation: str
    delta: str
    """Folder of the delta below the generation; empty: none."""
    mark: str
    """Journal rows up to here are in; see ``journal.reader.Mark``."""
    beyond: int
    """How many rows behind the mark were seen as well (PostgreSQL: their transactions are above it)."""
    tail: str
    """The last journal row that was seen, as :func:`reading.tail` gives it."""
    database: str
    stages: str
    canonical: bool
    read_at: str
    leads: int
    changed: int
    """Leads in the delta."""
    format: int = FORMAT

    @property
    def id(self) -> str:
        return f"{self.generation}/{self.delta}"


class Layout:
    def __init__(self, root: Path) -> None:
        self.root = root

    def current(self) -> Manifest | None:
        """None when there is no store, or one of another format or with files missing."""
        try:
            data = json.loads((self.root / "CURRENT").read_text(encoding="utf-8"))
            manifest = Manifest(**data)
        except (OSError, ValueError, TypeError):
            return None
        whole = manifest.format == FORMAT and all(path.is_file() for path in self.files(manifest))
        return manifest if whole else None

    def files(self, manifest: Manifest) -> list[Path]:
        names = TABLES + CANONICAL if manifest.canonical else TABLES
        folders = [self.base(manifest), *([self.delta(manifest)] if manifest.delta else [])]
        return [folder / f"{name}.parquet" for folder in folders for name in names]

    def base(self, manifest: Manifest) -> Path:
        return self.root / manifest.generation / "base"

    def delta(self, manifest: Manifest) -> Path:
        return self.root / manifest.generation / manifest.delta

    @contextmanager
    def writing(self, *, wait: float) -> Iterator[bool]:
        """Hold the lock, waiting at most ``wait`` seconds; False: somebody else is writing.

        The lock ends with the process, however it ends.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("a+b") as handle:
            got = _lock(handle.fileno(), wait)
            try:
                yield got
            finally:
                if got:
                    _unlock(handle.fileno())

    def new_folder(self) -> Path:
        folder = self.root / f"new-{uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        return folder

    def new_generation(self) -> str:
        return f"g-{int(time.time())}-{uuid4().hex[:8]}"

    @staticmethod
    def delta_name(folder: Path) -> str:
        """What a delta written in ``folder`` will be called."""
        return folder.name.replace("new-", "d-")

    def place(self, folder: Path, target: Path) -> None:
        """Rename a finished folder to where it belongs, after its files are on the disk."""
        for file in folder.rglob("*"):
            if file.is_file():
                _sync(file)
        _sync(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(folder, target)
        _sync(target.parent)

    def publish(self, manifest: Manifest) -> None:
        """The step that makes a state the current one."""
        temporary = self.root / f"CURRENT.{uuid4().hex[:8]}"
        temporary.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
        _sync(temporary)
        os.replace(temporary, self.root / "CURRENT")
        _sync(self.root)

    def clean(self, manifest: Manifest | None) -> None:
        """Remove what is of no use any more. Only whoever holds the lock may."""
        for path in self.root.iterdir():
            if path.name.startswith(("new-", "CURRENT.")):
                _remove(path)
            elif path.name.startswith("g-") and manifest is not None:
                if path.name != manifest.generation:
                    _remove_old(path)
                else:
                    self._clean_deltas(path, manifest.delta)

    def _clean_deltas(self, generation: Path, current: str) -> None:
        for path in generation.glob("d-*"):
            if path.name != current:
                _remove_old(path)


def _remove_old(path: Path) -> None:
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > GRACE_SECONDS:
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    # A folder cannot be opened for this on Windows, where a rename is durable by itself.
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _lock(handle: int, wait: float) -> bool:
    until = time.monotonic() + wait
    while True:
        try:
            _try_lock(handle)
        except OSError:
            if time.monotonic() >= until:
                return False
            time.sleep(0.02)
        else:
            return True


def _try_lock(handle: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(handle: int) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_UN)
