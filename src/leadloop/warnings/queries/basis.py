"""By what warnings are found: policies, stages and how long each may take. Kept in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zlib import crc32

from leadloop.clocks.queries.basis import basis as clocks
from leadloop.people.kept import Kept
from leadloop.process.models import Stage, Version
from leadloop.warnings import rules
from leadloop.warnings.models import StageLimit
from leadloop.warnings.rules import Policy, StageTime

RULES = 1
"""Grows when the rules themselves change, so that every lead is looked at again."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stage of one version of a process."""

    process: int
    key: str
    canonical: int
    limit: StageTime | None


@dataclass(frozen=True, slots=True)
class Basis:
    number: int
    policies: Mapping[int, Policy]
    """By process."""
    places: Mapping[int, Place]
    """By stage."""
    cadences: Mapping[int, frozenset[str]]
    """By process: the grades that ask for a next contact."""

    def policy(self, process_id: int) -> Policy:
        return self.policies.get(process_id) or Policy()

    def cadence(self, process_id: int, grade: str) -> bool:
        return grade in self.cadences.get(process_id, ())


def _read() -> Basis:
    published = Version.objects.filter(published_at__isnull=False).order_by("number")
    said = {
        process: policies.get("warnings", {})
        for process, policies in published.values_list("process", "policies")
    }
    policies = {process: rules.read(data) for process, data in said.items()}
    learned = {
        (row.process_id, row.stage_key): StageTime(row.days, True)
        for row in StageLimit.objects.all()
        if row.won >= policies.get(row.process_id, Policy()).at_least_won
    }
    places = {stage.pk: _place(stage, policies, learned) for stage in _stages()}
    limits = sorted(
        (process, key, time.days) for (process, key), time in learned.items() if process in policies
    )
    timed = clocks()
    cadences = {process: frozenset(timed.limits_of(process).cadence) for process in policies}
    graded = sorted((process, sorted(grades)) for process, grades in cadences.items())
    return Basis(
        number=crc32(json.dumps([RULES, sorted(said.items()), limits, graded], sort_keys=True).encode()),
        policies=MappingProxyType(policies),
        places=MappingProxyType(places),
        cadences=MappingProxyType(cadences),
    )


def _stages() -> list[Stage]:
    return list(Stage.objects.filter(version__published_at__isnull=False).select_related("version"))


def _place(
    stage: Stage, policies: Mapping[int, Policy], learned: Mapping[tuple[int, str], StageTime]
) -> Place:
    process = stage.version.process_id
    times = policies.get(process, Policy()).expected_times
    limit = None
    if times is not None and not stage.won:
        expected = stage.expected_days
        limit = learned.get((process, stage.key)) or (StageTime(expected * times) if expected else None)
    return Place(process, stage.key, 0 if stage.won else stage.canonical, limit)


basis = Kept(_read)
