"""Count that a script was used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from leadloop.people.models import User
from leadloop.playbook.models import ScriptUse, ScriptVersion


@transaction.atomic
def count_use(*, version: ScriptVersion, lead_id: int, actor: User | None, now: datetime) -> bool:
    """Once a day for each person and lead, however often it is said; whether this was the first time.

    Whoever calls has made sure that the person works on the lead.
    """
    _, first = ScriptUse.objects.get_or_create(
        version=version, lead_id=lead_id, by=actor, day=timezone.localdate(now), defaults={"at": now}
    )
    return first


@transaction.atomic
def write_uses(*, uses: Iterable[tuple[ScriptVersion, int, int | None, datetime]]) -> None:
    """Many of long ago: version, lead, person, moment. What is there already stays once."""
    ScriptUse.objects.bulk_create(
        (
            ScriptUse(version=version, lead_id=lead_id, by_id=by_id, day=timezone.localdate(at), at=at)
            for version, lead_id, by_id, at in uses
        ),
        batch_size=1_000,
        ignore_conflicts=True,
    )
