"""What the person decides: how columns are read, with which options to start, to stop."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction
from django.utils.text import slugify

from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.imports.models import Import, Status
from leadloop.imports.options import Options
from leadloop.imports.permissions import require
from leadloop.imports.reading import open_source, version_for
from leadloop.imports.uploads import folder_of, paths_of
from leadloop.people.models import User
from leadloop.process.models import Process, Version
from leadloop.process.operations import StageSpec, create_process

if TYPE_CHECKING:
    from leadloop.intake.result import StageGuess

BATCH = 2_000
"""Rows read ahead while others are written; more take more memory and gain nothing."""


def set_mapping(*, import_: Import, mapping: str, actor: User | None, now: datetime) -> None:
    """How columns are to be read from now on, as TOML; the files are opened to see that it works."""
    require(actor)
    open_source(import_, mapping=mapping)
    changed = Import.objects.filter(pk=import_.pk, status=Status.DRAFT).update(mapping=mapping)
    if not changed:
        raise _begun()
    import_.mapping = mapping


def set_options(*, import_: Import, options: Options, actor: User | None, now: datetime) -> None:
    """Remember what was chosen so far."""
    require(actor)
    if not Import.objects.filter(pk=import_.pk, status=Status.DRAFT).update(options=options.to_json()):
        raise _begun()
    import_.options = options.to_json()


def start(*, import_: Import, options: Options, actor: User | None, now: datetime) -> None:
    """Queue the import. From here on it goes on by itself, whatever becomes of the browser."""
    require(actor)
    source = open_source(import_)
    with transaction.atomic():
        options, version = prepare_options(options, source.understanding.stages, actor, now)
        begun = Import.objects.filter(pk=import_.pk, status=Status.DRAFT).update(
            status=Status.WAITING,
            options=options.to_json(),
            mapping=source.understanding.mapping_toml,
            version_id=version.pk,
            batch_size=BATCH,
            rows_total=count_lines(paths_of(import_)),
        )
    if not begun:
        raise _begun()
    import_.refresh_from_db()


def prepare_options(
    options: Options, stages: Sequence[StageGuess], actor: User | None, now: datetime
) -> tuple[Options, Version]:
    """The process version that the leads enter; a new process is made of the file's stages if asked for."""
    if options.new_process:
        process = _process_of_file(options.new_process, stages, actor, now)
        changed = {"process": process.key, "new_process": "", "stages": {}}
        options = Options.from_json({**options.to_json(), **changed})
    return options, version_for(options)


def cancel(*, import_: Import, actor: User | None, now: datetime) -> None:
    """Stop after the rows that are being written. What is in stays, and can be undone."""
    require(actor)
    waiting = Import.objects.filter(pk=import_.pk, status=Status.WAITING)
    if not waiting.update(status=Status.CANCELLED, finished_at=now):
        Import.objects.filter(pk=import_.pk, status=Status.RUNNING).update(cancel_requested=True)
    import_.refresh_from_db()


def discard(*, import_: Import, actor: User | None, now: datetime) -> None:
    """Forget an import that never began, with its files."""
    require(actor)
    deleted, _ = Import.objects.filter(pk=import_.pk, status=Status.DRAFT).delete()
    if not deleted:
        raise _begun()
    shutil.rmtree(folder_of(import_), ignore_errors=True)


def _begun() -> Conflict:
    return Conflict(msg("The import has already begun."))


def _process_of_file(name: str, stages: Sequence[StageGuess], actor: User | None, now: datetime) -> Process:
    """A process from the stages of the file; one whose file names no won stage gets one."""
    if not stages:
        raise DataError(msg("The file names no stages to make a process of."), field="new_process")
    key = slugify(name)[:40] or f"process-{uuid4().hex[:8]}"
    if Process.objects.filter(key=key).exists():
        key = f"{key}-{uuid4().hex[:6]}"
    specs = [
        StageSpec(key=s.key, name_zh=s.name, name_en=s.name, canonical=s.canonical, won=s.won) for s in stages
    ]
    return create_process(key=key, name_zh=name, name_en=name, stages=specs, actor=actor, now=now)


def count_lines(paths: Sequence[Path]) -> int | None:
    """About how many lines there are, for the progress; None where only reading the file would tell."""
    if any(path.suffix.lower() not in {".csv", ".tsv", ".txt"} for path in paths):
        return None
    found = 0
    with paths[0].open("rb") as stream:
        while block := stream.read(1024 * 1024):
            found += block.count(b"\n")
    return max(found - 1, 1)
