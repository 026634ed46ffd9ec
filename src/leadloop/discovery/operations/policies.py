"""What a process asks for, as a new version of it; and every lead stands by it at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import transaction
from django.db.models import Case, Value, When

from leadloop.discovery.models import Discovery
from leadloop.discovery.rules import Policy, check_policy, read, standing_of, to_data
from leadloop.foundation.errors import Conflict, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.playbook.models import Part
from leadloop.process.models import Process, Version
from leadloop.process.operations import publish_policies
from leadloop.process.queries import current_version


@transaction.atomic
def publish_discovery(
    *, process: Process, policy: Policy, actor: User | None, now: datetime, seen: int | None = None
) -> Version:
    """``seen``: the version from which the page was filled; another one in between is a conflict."""
    if actor is not None and not may(actor, "manage_process"):
        raise NotAllowed(msg("Only sales operations change processes and their rules."))
    check_policy(policy)
    if seen is not None and current_version(process).number != seen:
        raise Conflict(msg("Somebody has published other rules meanwhile. Look at them first."))
    return publish_policies(process=process, changes={"discovery": to_data(policy)}, actor=actor, now=now)


def follow_version(sender: type[Version], instance: Version, **kwargs: Any) -> None:
    """Whoever publishes a version, through whatever door: complete is what it now calls complete."""
    if instance.published_at is None:
        return
    earlier = Version.objects.filter(process=instance.process_id, number__lt=instance.number)
    before = earlier.order_by("-number").values_list("policies", flat=True).first()
    asked = read(instance.policies)
    if before is not None and read(before).parts != asked.parts:
        _stand_by(instance.process_id, asked)


def _stand_by(process_id: int, policy: Policy) -> None:
    complete = [parts for parts in _every_choice() if standing_of(parts, policy).complete]
    leads = Lead.objects.filter(process=process_id).values("pk")
    verdict = Case(When(parts__in=complete, then=Value(True)), default=Value(False))
    Discovery.objects.filter(pk__in=leads).update(complete=verdict)


def _every_choice() -> Iterator[str]:
    """The sixteen values that ``parts`` can have."""
    letters = [part.value for part in Part]
    for count in range(len(letters) + 1):
        for chosen in combinations(letters, count):
            yield "".join(chosen)
