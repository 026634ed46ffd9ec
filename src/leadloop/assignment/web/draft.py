"""Rules while they are edited: in the person's session until they are published or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from leadloop.process.models import Process
from leadloop.process.queries import current_version

Rules = list[dict[str, Any]]


@dataclass(slots=True)
class Draft:
    """``seen`` is the version that was edited; another one published meanwhile is told at publishing."""

    policy: dict[str, Any]
    seen: int
    changed: bool

    @property
    def rules(self) -> Rules:
        found = self.policy.get("rules")
        return found if isinstance(found, list) else []


def draft_of(session: SessionBase, process: Process) -> Draft:
    kept = session.get(_key(process))
    if isinstance(kept, Mapping):
        return Draft(deepcopy(dict(kept["policy"])), kept["seen"], True)
    return published(process)


def published(process: Process) -> Draft:
    version = current_version(process)
    return Draft(deepcopy(version.policies.get("assignment", {})), version.pk, False)


def keep(session: SessionBase, process: Process, draft: Draft) -> None:
    session[_key(process)] = {"policy": draft.policy, "seen": draft.seen}


def drop(session: SessionBase, process: Process) -> None:
    session.pop(_key(process), None)


def new_key(rules: Rules) -> str:
    """Its key stays with a rule when it moves: quotas and turns are counted by it."""
    taken = {str(rule.get("key")) for rule in rules}
    number = len(rules) + 1
    while f"r{number}" in taken:
        number += 1
    return f"r{number}"


def _key(process: Process) -> str:
    return f"assignment-draft-{process.pk}"
