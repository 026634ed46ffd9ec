"""What people say about a pair."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.identity.models import Pair, Verdict
from leadloop.identity.permissions import require_merge
from leadloop.people.models import User


@transaction.atomic
def keep_apart(*, pair: Pair, actor: User | None, now: datetime) -> None:
    """Two customers: the pair is not proposed again."""
    _decide(pair, Verdict.OPEN, Verdict.DIFFERENT, actor, now)


@transaction.atomic
def reconsider(*, pair: Pair, actor: User | None, now: datetime) -> None:
    _decide(pair, Verdict.DIFFERENT, Verdict.OPEN, actor, now)


def _decide(pair: Pair, was: Verdict, becomes: Verdict, actor: User | None, now: datetime) -> None:
    require_merge(actor, pair.one, pair.other)
    decided = (
        {"decided_at": None, "decided_by": None}
        if becomes == Verdict.OPEN
        else {
            "decided_at": now,
            "decided_by": actor,
        }
    )
    if not Pair.objects.filter(pk=pair.pk, verdict=was).update(verdict=becomes, **decided):
        raise Conflict(msg("Somebody has decided about this pair meanwhile."))
