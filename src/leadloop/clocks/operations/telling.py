"""Tell people about steps of the ladder: one by one while they are few, else one notice for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.db import connection, transaction
from django.urls import reverse

from leadloop.clocks.models import Untold
from leadloop.clocks.queries.basis import basis
from leadloop.clocks.rules import ClockKind, Step
from leadloop.foundation import stopping
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.worktime.clock import ticks
from leadloop.notices import kinds
from leadloop.notices.kinds import Kind
from leadloop.notices.operations import News, tell_many
from leadloop.people.models import Role, User

ONE_BY_ONE = 3
"""So many steps of one run are told each by itself; more become one notice."""

DUE, LATE, MANY, NUDGED = "clock_due", "clock_late", "clock_many", "clock_nudged"
_SELLING = (Role.REP, Role.MANAGER, Role.OPS)
KINDS = (
    Kind(DUE, msg("A follow-up is due"), kinds.LEADS, for_roles=_SELLING, icon="clock"),
    Kind(LATE, msg("A lead is overdue"), kinds.LEADS, for_roles=_SELLING, icon="alert-triangle"),
    Kind(MANY, msg("Several leads are due or overdue"), kinds.LEADS, for_roles=_SELLING, icon="clock"),
    Kind(NUDGED, msg("Your manager asks about a lead"), kinds.LEADS, for_roles=_SELLING, icon="bell"),
)

_TO_OWNER: Mapping[tuple[str, str], Message] = MappingProxyType(
    {
        (ClockKind.FIRST_RESPONSE, Step.REMIND): msg("Waits for its first follow-up"),
        (ClockKind.FIRST_RESPONSE, Step.ESCALATE): msg(
            "First follow-up overdue. Your manager has been told."
        ),
        (ClockKind.CADENCE, Step.REMIND): msg("Next contact due"),
        (ClockKind.CADENCE, Step.ESCALATE): msg("Next contact overdue. Your manager has been told."),
        (ClockKind.HANDOFF, Step.ESCALATE): msg("Accept or return it: the time for an answer is over."),
    }
)
_TO_MANAGER: Mapping[tuple[str, str], Callable[[str], Message]] = MappingProxyType(
    {
        (ClockKind.FIRST_RESPONSE, Step.ESCALATE): lambda owner: msg(
            "%(owner)s: first follow-up overdue", owner=owner
        ),
        (ClockKind.FIRST_RESPONSE, Step.PROPOSE): lambda owner: msg(
            "%(owner)s: still no first follow-up. Give it to somebody else?", owner=owner
        ),
        (ClockKind.CADENCE, Step.ESCALATE): lambda owner: msg("%(owner)s: next contact overdue", owner=owner),
        (ClockKind.HANDOFF, Step.ESCALATE): lambda owner: msg(
            "%(owner)s: handoff not answered in time", owner=owner
        ),
    }
)


_HOW_MANY: Mapping[str, Callable[[int], Message]] = MappingProxyType(
    {
        Step.PROPOSE: lambda count: msg("%(count)s leads could go to somebody else", count=count),
        Step.ESCALATE: lambda count: msg("%(count)s leads are overdue", count=count),
        Step.REMIND: lambda count: msg("%(count)s leads wait for a contact", count=count),
    }
)


def tell_untold(*, now: datetime) -> int:
    """One run's notices, a transaction a person; gives how many. What a killed worker left is told now."""
    people = Untold.objects.order_by("person").values_list("person", flat=True).distinct()
    told = 0
    for person in list(people):
        if stopping.asked():
            break
        told += _tell(person, now)
    return told


@transaction.atomic
def _tell(person_id: int, now: datetime) -> int:
    rows = Untold.objects.filter(person=person_id).select_related("lead__customer", "owner", "person")
    rows = rows.order_by("pk")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    untold = list(rows)
    if not untold:
        return 0
    person = untold[0].person
    news = _each(person, untold) if len(untold) <= ONE_BY_ONE else [_together(person, untold)]
    tell_many(news, now=now)
    Untold.objects.filter(pk__in=[row.pk for row in untold]).delete()
    return len(news)


def _each(person: User, untold: Sequence[Untold]) -> list[News]:
    return [
        News(
            to=[person],
            kind=DUE if row.step == Step.REMIND else LATE,
            message=_message(person, row),
            link=reverse("leads:detail", args=[row.lead.number]),
            subject=row.lead.customer.name,
            key=f"clock:{row.lead_id}:{row.clock}:{row.step}:{ticks(row.since)}",
        )
        for row in untold
    ]


def _message(person: User, row: Untold) -> Message:
    key = row.clock, row.step
    if row.step == Step.PROPOSE and basis().limits_of(row.lead.process_id).propose == "pool":
        return msg("%(owner)s: still no first follow-up. Back to the pool?", owner=str(row.owner or "–"))
    if row.owner_id == person.pk and key in _TO_OWNER:
        return _TO_OWNER[key]
    return _TO_MANAGER[key](str(row.owner or "–"))


def _together(person: User, untold: Sequence[Untold]) -> News:
    steps = Counter(row.step for row in untold)
    message, *more = [say(steps[step]) for step, say in _HOW_MANY.items() if steps[step]]
    for part in more:
        message = msg("%(before)s · %(part)s", before=message, part=part)
    first, last = untold[0].pk, untold[-1].pk
    return News(
        to=[person], kind=MANY, message=message, link=reverse("workspace:home"), key=f"clocks:{first}-{last}"
    )
