"""Publish new rules of assignment, pools and conflicts. A version is never changed: a new one is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from leadloop.assignment import pools, rules
from leadloop.assignment.permissions import require_rules
from leadloop.assignment.queries.policies import known
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.process.models import Process, Version
from leadloop.process.operations import publish_policies
from leadloop.process.queries import current_version


@transaction.atomic
def publish_assignment(
    *, process: Process, policy: Mapping[str, Any], actor: User | None, now: datetime, seen: int | None = None
) -> Version:
    """``seen``: the version from which the page was filled; another one in between is a conflict."""
    require_rules(actor)
    rules.check(policy, known())
    _check_seen(process, seen)
    return publish_policies(process=process, changes={"assignment": dict(policy)}, actor=actor, now=now)


@transaction.atomic
def publish_pools(
    *,
    process: Process,
    policy: Mapping[str, Any],
    conflict: Mapping[str, Any],
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> Version:
    require_rules(actor)
    pools.check(policy, known())
    _check_seen(process, seen)
    changes = {"pool": dict(policy), "conflict": dict(conflict)}
    return publish_policies(process=process, changes=changes, actor=actor, now=now)


def _check_seen(process: Process, seen: int | None) -> None:
    if seen is not None and current_version(process).pk != seen:
        raise Conflict(msg("Somebody else has published other rules meanwhile. Look at them first."))
