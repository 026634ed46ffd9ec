"""Open the files of an import the way it was decided."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.imports.models import Import
from leadloop.imports.options import Options
from leadloop.imports.uploads import paths_of
from leadloop.process import queries as processes
from leadloop.process.models import Stage, Version

if TYPE_CHECKING:
    from leadloop.intake.result import Source, StageGuess

T = TypeVar("T")


def open_source(import_: Import, *, mapping: str | None = None) -> Source:
    """The files as intake reads them. The time of the upload is "now" for it, so a restart reads the same."""
    from leadloop import intake

    text = import_.mapping if mapping is None else mapping
    return intake.open_files(
        paths_of(import_),
        now=import_.created_at,
        mapping=read_mapping(text) if text else None,
        zone=import_.actor.zone,
    )


def read_mapping(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(
            msg("The mapping cannot be read: %(why)s", why=str(error)), field="mapping"
        ) from error


def version_for(options: Options) -> Version:
    process = processes.get(options.process) if options.process else processes.default_process()
    return processes.current_version(process)


def stage_map(
    guesses: Sequence[StageGuess], stages: Sequence[Stage], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Stage of the file -> of the process: as chosen, else won by won, by key, by canonical step."""
    by_key = {stage.key: stage for stage in stages}
    won = next((stage.key for stage in stages if stage.won), None)
    by_step: dict[int, str] = {}
    for stage in stages:
        by_step.setdefault(stage.canonical, stage.key)
    found: dict[str, str] = {}
    for guess in guesses:
        if chosen.get(guess.key) in by_key:
            found[guess.key] = chosen[guess.key]
        elif guess.won and won is not None:
            found[guess.key] = won
        elif guess.key in by_key:
            found[guess.key] = guess.key
        elif guess.canonical in by_step:
            found[guess.key] = by_step[guess.canonical]
    # What intake calls the first stage of a lead is the first stage here.
    if stages and not guesses:
        found |= {key: key for key in by_key}
    return found


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next one being made in a thread while the present one is worked on."""
    with ThreadPoolExecutor(1, thread_name_prefix="reading") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
