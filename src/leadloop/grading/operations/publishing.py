"""New grading rules: a new version of the process, and all open leads graded by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.grading.facts import fields
from leadloop.grading.models import Run
from leadloop.grading.operations.runs import start_after_publishing
from leadloop.grading.policies import check_policy
from leadloop.people.models import User
from leadloop.process.models import Process
from leadloop.process.operations import publish_policies
from leadloop.process.queries import current_version


@transaction.atomic
def publish_rules(
    *,
    process: Process,
    grading: Mapping[str, Any],
    tags: Mapping[str, Any],
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> Run:
    """The run that brings the open leads up to the new rules. ``seen``: the version that was edited."""
    if seen is not None and current_version(process).number != seen:
        raise Conflict(msg("Somebody has published other rules meanwhile. Reload the page."))
    check_policy(grading, tags, fields())
    version = publish_policies(
        process=process, changes={"grading": grading, "tags": tags}, actor=actor, now=now
    )
    return start_after_publishing(version=version, now=now)
