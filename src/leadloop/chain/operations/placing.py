"""Where people stand on the map, and who reports to whom."""

from __future__ import annotations

import math
from datetime import datetime

from django.db import transaction

from leadloop.chain import changes
from leadloop.chain.models import Member
from leadloop.chain.operations.members import check_line, held
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require
from leadloop.people.models import User

FARTHEST = 5_000.0


@transaction.atomic
def report_to(*, member: Member, boss: Member | None, actor: User | None, now: datetime) -> Member:
    """``member`` reports to ``boss`` from now on, and is drawn below them again.

    :raises DataError: somebody would report to themselves, over however many others.
    """
    require(actor, Verb.EDIT, member.lead)
    there = held(member.lead_id)
    if member.pk not in there:
        raise Conflict(msg("Somebody has removed this person meanwhile."))
    if boss is not None:
        check_line(there, member.pk, boss.pk)
    changed = {"reports_to": boss, "x": None, "y": None, "changed_at": now, "changed_by": actor}
    _write(member, **changed)
    changes.tell(member.lead_id, now)
    return member


@transaction.atomic
def place(*, member: Member, x: float, y: float, actor: User | None, now: datetime) -> Member:
    """Kept until the map is put in order again. Of two who drag the same person the last one counts."""
    require(actor, Verb.EDIT, member.lead)
    if not (math.isfinite(x) and math.isfinite(y)):
        raise DataError(msg("This is no place on the map."))
    _write(member, x=_near(x), y=_near(y))
    return member


@transaction.atomic
def arrange(*, lead: Lead, actor: User | None, now: datetime) -> None:
    """Everybody where the layout puts them."""
    require(actor, Verb.EDIT, lead)
    Member.objects.filter(lead=lead).update(x=None, y=None)


def _near(value: float) -> float:
    return round(min(max(value, -FARTHEST), FARTHEST), 1)


def _write(member: Member, **values: object) -> None:
    if not Member.objects.filter(pk=member.pk).update(**values):
        raise Conflict(msg("Somebody has removed this person meanwhile."))
    for name, value in values.items():
        setattr(member, name, value)
