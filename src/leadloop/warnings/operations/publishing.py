"""Publish other rules of a process: what is warned of, and who has to be known in a decision chain."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.process.models import Process, Version
from leadloop.process.operations import publish_policies
from leadloop.process.queries import current_version
from leadloop.warnings.rules import Policy


@transaction.atomic
def publish(
    *,
    process: Process,
    policy: Policy,
    required: Collection[str],
    ask_for_opponents: bool,
    seen: int,
    actor: User | None,
    now: datetime,
) -> Version:
    """The sweep goes by it within a minute. ``seen``: number of the version that the form showed.

    :raises Conflict: somebody has published meanwhile.
    """
    present = current_version(process)
    if present.number != seen:
        raise Conflict(msg("Somebody has published other rules meanwhile. Look at them first."))
    if policy.quotations is not None and policy.quotations < 2:
        raise DataError(msg("Several versions are at least two."), field="quotations")
    chain = {**present.policies.get("chain", {}), "required": list(required)}
    chain["ask_for_opponents"] = ask_for_opponents
    changes = {"warnings": data_of(policy), "chain": chain}
    return publish_policies(process=process, changes=changes, actor=actor, now=now)


def data_of(policy: Policy) -> dict[str, Any]:
    """As :func:`leadloop.warnings.rules.read` reads it; what is off is left out."""
    stage = {
        "percentile": policy.percentile,
        "at_least_won": policy.at_least_won,
        "else_expected_times": policy.expected_times,
    }
    quotations = {"count": policy.quotations, "within_days": policy.quotations_days}
    found: dict[str, Any] = {
        "silent_days": policy.silent_days,
        "quotation_versions": None if policy.quotations is None else quotations,
        "stage_longer_than": None if policy.expected_times is None else stage,
        "negotiation_without_decision_maker": policy.decision_maker,
        # Said as false: an older word for “missing” would stand for both otherwise.
        "next_action_missing": _days(policy.no_action_days),
        "next_action_overdue": _days(policy.overdue_days),
    }
    return {name: value for name, value in found.items() if value is not None}


def _days(days: float | None) -> dict[str, float] | bool:
    return False if days is None else {"after_days": days}
