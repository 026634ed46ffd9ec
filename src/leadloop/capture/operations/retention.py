"""What visitors sent is kept for a time that the organisation chooses, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from leadloop.capture.models import Submission
from leadloop.capture.permissions import require_retention
from leadloop.capture.queries import retention as present
from leadloop.capture.retention import POLICY, Retention
from leadloop.people.models import User
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process

CHUNK = 1_000


@transaction.atomic
def set_retention(*, retention: Retention, actor: User | None, now: datetime) -> Retention:
    """How long from now on, as a new version of the policies."""
    require_retention(actor)
    retention.check()
    publish_policies(process=default_process(), changes={POLICY: retention.to_data()}, actor=actor, now=now)
    return retention


def remove_old(*, now: datetime) -> int:
    """Delete submissions whose time is over, a chunk a transaction; gives how many.

    Leads keep what they need of theirs: where they came from, and what was agreed to and when. What still
    waits to be made a lead is never removed.
    """
    kept = present()
    registered = Q(state=Submission.State.DONE, received_at__lt=now - timedelta(days=kept.registered_days))
    refused = Q(
        state__in=[Submission.State.DOUBLE, Submission.State.TRAP, Submission.State.FAILED],
        received_at__lt=now - timedelta(days=kept.refused_days),
    )
    over, removed, last = Submission.objects.filter(registered | refused), 0, 0
    while ids := list(over.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        removed += Submission.objects.filter(pk__in=ids).delete()[0]
        last = ids[-1]
    return removed
