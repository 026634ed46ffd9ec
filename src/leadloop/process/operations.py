"""Writes about processes and loss reasons. A published version is never changed: a new one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.text import slugify

from leadloop.analysis.tables import MAX_STAGES
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.process import queries, shipped
from leadloop.process.models import NOT_STATED, LossReason, Process, Stage, Version


@dataclass(frozen=True, slots=True)
class StageSpec:
    """A stage before it has a version. ``canonical`` is a position (1-6) among the canonical steps."""

    key: str
    name_zh: str
    name_en: str
    canonical: int
    won: bool = False
    qualifying: bool = False
    probability_low: int = 0
    probability_high: int = 100
    expected_days: float | None = None
    owner_role: str = "rep"
    definition_zh: str = ""
    definition_en: str = ""
    gate: list[Mapping[str, Any]] = field(default_factory=list)


@transaction.atomic
def install_defaults(*, now: datetime) -> None:
    """What every installation starts with: loss reasons, and a process if there is none. Idempotent.

    Called when the application is set up, after the migrations; not by them, because a migration
    cannot call operations.
    """
    _install_loss_reasons()
    if not Process.objects.exists():
        create_from_template(key="general_b2b", actor=None, now=now)


@transaction.atomic
def create_from_template(*, key: str, actor: User | None, now: datetime) -> Process:
    """A process, live at once, from one of :data:`leadloop.process.shipped.TEMPLATES`."""
    try:
        template = shipped.template(key)
    except KeyError:
        raise DataError(msg("There is no process template “%(key)s”.", key=key), field="template") from None
    return create_process(
        key=key,
        name_zh=template["zh"],
        name_en=template["en"],
        stages=[_stage_of(row) for row in template["stage"]],
        policies=template["policies"],
        actor=actor,
        now=now,
    )


@transaction.atomic
def create_process(
    *,
    key: str,
    name_zh: str,
    name_en: str,
    stages: Sequence[StageSpec],
    actor: User | None,
    now: datetime,
    policies: Mapping[str, Any] | None = None,
) -> Process:
    """A process with its first version, published. The first process is the default one."""
    _require(actor)
    if Process.objects.filter(key=key).exists():
        raise Conflict(msg("There is already a process with the key “%(key)s”.", key=key), field="key")
    first = not Process.objects.exists()
    process = Process.objects.create(key=key, name_zh=name_zh, name_en=name_en, is_default=first)
    _add_version(process, stages, shipped.policies() if policies is None else policies, now)
    return process


@transaction.atomic
def publish_version(
    *,
    process: Process,
    stages: Sequence[StageSpec],
    policies: Mapping[str, Any],
    actor: User | None,
    now: datetime,
) -> Version:
    """A new state of a process. Leads stay on the version under which they are until they are moved."""
    _require(actor)
    return _add_version(process, stages, policies, now)


@transaction.atomic
def publish_policies(
    *, process: Process, changes: Mapping[str, Any], actor: User | None, now: datetime
) -> Version:
    """A new version with the present stages and some policies replaced (top-level keys of ``policies``)."""
    present = queries.current_version(process)
    specs = [_spec_of(stage) for stage in queries.stages(present)]
    return publish_version(
        process=process, stages=specs, policies={**present.policies, **changes}, actor=actor, now=now
    )


@transaction.atomic
def set_default(*, process: Process, actor: User | None, now: datetime) -> None:
    """New leads start in this process unless somebody chooses another."""
    _require(actor)
    Process.objects.filter(is_default=True).update(is_default=False)
    Process.objects.filter(pk=process.pk).update(is_default=True)


@transaction.atomic
def ensure_loss_reason(*, name: str, now: datetime) -> LossReason:
    """The reason of that name in either language; a new one of the first level if there is none.

    An empty name is “not stated”.
    """
    name = " ".join(name.split())
    if not name:
        return LossReason.objects.get(key=NOT_STATED)
    wanted = name.casefold()
    for reason in LossReason.objects.all():
        if wanted in {reason.key, reason.name_zh.casefold(), reason.name_en.casefold()}:
            return reason
    key = _free_key(name)
    return LossReason.objects.create(key=key, name_zh=name[:120], name_en=name[:120])


def _install_loss_reasons() -> None:
    known = set(LossReason.objects.values_list("key", flat=True))
    for row in shipped.loss_reasons():
        parent = _reason(row, None, known)
        for child in row.get("children", ()):
            _reason(child, parent, known)


def _reason(row: Mapping[str, Any], parent: LossReason | None, known: set[str]) -> LossReason:
    if row["key"] in known:
        return LossReason.objects.get(key=row["key"])
    return LossReason.objects.create(
        key=row["key"],
        name_zh=row["zh"],
        name_en=row["en"],
        parent=parent,
        needs_note=row.get("needs_note", False),
    )


def _spec_of(stage: Stage) -> StageSpec:
    return StageSpec(**{one.name: getattr(stage, one.name) for one in fields(StageSpec)})


def _stage_of(row: Mapping[str, Any]) -> StageSpec:
    low, high = row["probability"]
    return StageSpec(
        key=row["key"],
        name_zh=row["zh"],
        name_en=row["en"],
        canonical=row["canonical"],
        won=row.get("won", False),
        qualifying=row.get("qualifying", False),
        probability_low=low,
        probability_high=high,
        expected_days=row.get("days"),
        owner_role=row["owner"],
        definition_zh=row.get("definition_zh", ""),
        definition_en=row.get("definition_en", ""),
        gate=list(row.get("gate", ())),
    )


def _add_version(
    process: Process, stages: Sequence[StageSpec], policies: Mapping[str, Any], now: datetime
) -> Version:
    check_stages(stages)
    latest = process.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = Version.objects.create(
        process=process, number=latest + 1, published_at=now, policies=dict(policies)
    )
    Stage.objects.bulk_create(
        Stage(version=version, position=position, **asdict(stage))
        for position, stage in enumerate(stages, start=1)
    )
    return version


def check_stages(stages: Sequence[StageSpec]) -> None:
    """Raise :class:`DataError` unless the stages make a process that can be worked and analysed."""
    if not 2 <= len(stages) <= MAX_STAGES:
        raise DataError(msg("A process has 2 to %(most)s stages.", most=MAX_STAGES), field="stages")
    if [stage.won for stage in stages] != [False] * (len(stages) - 1) + [True]:
        raise DataError(msg("The last stage, and only the last, is the one of won leads."), field="stages")
    keys = [stage.key for stage in stages]
    if len(set(keys)) != len(keys):
        raise DataError(msg("Two stages have the same key."), field="stages")
    steps = [stage.canonical for stage in stages]
    if steps != sorted(steps) or not all(1 <= step <= 6 for step in steps):
        raise DataError(
            msg("The canonical steps of the stages must be between 1 and 6 and never go back."),
            field="stages",
        )


def _free_key(name: str) -> str:
    """A slug; reasons with Chinese names get a random one, their names are what people see."""
    base = slugify(name)[:40]
    if base and not LossReason.objects.filter(key=base).exists():
        return base
    return f"reason-{uuid4().hex[:12]}"


def _require(actor: User | None) -> None:
    """``None`` is the program itself: set-up, demo, import."""
    if actor is not None and not may(actor, "manage_process"):
        raise NotAllowed(msg("Only sales operations change processes and their rules."))
