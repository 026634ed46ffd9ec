"""Reads about processes, stages and loss reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, QuerySet

from leadloop.analysis import tables
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.people.kept import Kept, own
from leadloop.process.models import NOT_STATED, LossReason, Process, Stage, Version


def processes() -> QuerySet[Process]:
    return Process.objects.filter(retired_at=None)


@dataclass(frozen=True, slots=True)
class _Present:
    """What new leads ask for, of every process. Each first stage with its version and process read along."""

    default: Process | None
    versions: Mapping[int, Version]
    first_stages: Mapping[int, Stage]


def _read_present() -> _Present:
    published = Version.objects.filter(published_at__isnull=False).select_related("process")
    versions = {version.process_id: version for version in published.order_by("number")}
    by_id = {version.pk: version for version in versions.values()}
    stages = Stage.objects.filter(version__in=by_id, position=1)
    return _Present(
        processes().order_by("-is_default", "id").first(),
        versions,
        {stage.version_id: stage for stage in stages},
    )


_present = Kept(_read_present)


def default_process() -> Process:
    found = _present().default
    if found is None:
        raise NotFound(
            msg("There is no process yet. Set one up under Settings, or run “leadloop serve” once.")
        )
    return own(found)


def get(key: str) -> Process:
    found = Process.objects.filter(key=key).first()
    if found is None:
        raise NotFound(msg("There is no process “%(key)s”.", key=key))
    return found


def current_version(process: Process) -> Version:
    found = _present().versions.get(process.pk)
    if found is None:
        raise Version.DoesNotExist(process.key)
    made = own(found)
    made.process = process
    return made


def policy(process: Process, name: str) -> Mapping[str, Any]:
    """One policy (``grading``, ``pool`` …) as it holds now, whatever version a lead runs on."""
    found: Mapping[str, Any] = current_version(process).policies.get(name, {})
    return found


def stages(version: Version) -> list[Stage]:
    return list(Stage.objects.filter(version_id=version.pk).order_by("position"))


def first_stage(version: Version) -> Stage:
    found = _present().first_stages.get(version.pk)
    if found is None:
        return Stage.objects.filter(version_id=version.pk).earliest("position")
    made = own(found)
    made.version = version
    return made


def won_stage(version: Version) -> Stage:
    return Stage.objects.get(version_id=version.pk, won=True)


def stages_by_process() -> dict[Process, list[Stage]]:
    """Every process in use with the stages of its current version: what filters and the board offer."""
    published = Version.objects.filter(published_at__isnull=False).order_by("number")
    versions = published.prefetch_related(Prefetch("stages", Stage.objects.order_by("position")))
    found = processes().prefetch_related(Prefetch("versions", versions))
    return {process: list(list(process.versions.all())[-1].stages.all()) for process in found}


def analysis_stages() -> tuple[tables.Stage, ...]:
    """Every stage of every process as the analysis knows it, by process and position.

    Of a stage that several versions have, the newest counts; one that the newest version lacks
    stays with its place in the version that had it last, after those of the same position.
    """
    rows = Stage.objects.filter(version__published_at__isnull=False).select_related("version__process")
    newest: dict[tuple[str, str], Stage] = {}
    for stage in rows.order_by("version__process_id", "version__number", "position"):
        newest[stage.version.process.key, stage.key] = stage
    by_process: dict[str, list[Stage]] = {}
    for (process, _), stage in newest.items():
        by_process.setdefault(process, []).append(stage)
    return tuple(
        _analysis_stage(process, position, stage)
        for process, found in by_process.items()
        for position, stage in enumerate(sorted(found, key=_place), start=1)
    )


def stage_keys() -> dict[int, tuple[str, str]]:
    """Stage id to (process key, stage key), over all versions: what the journal's ``stage_id`` means."""
    rows = Stage.objects.values_list("id", "version__process__key", "key")
    return {pk: (process, key) for pk, process, key in rows}


def version_processes() -> dict[int, str]:
    """Version id to process key."""
    return dict(Version.objects.values_list("id", "process__key"))


def loss_reasons(*, offered: bool = True) -> list[LossReason]:
    """First level with ``children`` read along. ``offered``: as forms show them."""
    children = LossReason.objects.filter(retired_at=None) if offered else LossReason.objects.all()
    top = children.filter(parent=None).prefetch_related(Prefetch("children", children))
    if offered:
        top = top.exclude(key=NOT_STATED)
    return list(top.order_by(F("needs_note").asc(), "id"))


def loss_reason_names(ids: Iterable[int] | None = None) -> dict[int, str]:
    """Id to name in the reader's language; for every reason when ``ids`` is None."""
    rows = LossReason.objects.all() if ids is None else LossReason.objects.filter(id__in=set(ids))
    return {reason.pk: reason.name for reason in rows}


def _place(stage: Stage) -> tuple[bool, int, int]:
    return stage.won, stage.position, -stage.version.number


def _analysis_stage(process: str, position: int, stage: Stage) -> tables.Stage:
    return tables.Stage(
        process=process,
        key=stage.key,
        position=position,
        name=stage.name,
        canonical=stage.canonical,
        won=stage.won,
        expected_days=stage.expected_days,
    )
