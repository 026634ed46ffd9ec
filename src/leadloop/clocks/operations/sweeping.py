"""Make the steps of the ladder that are due: each once, each in the journal, told in one notice a person.

A step, its journal row and whom to tell are one transaction; the notice and the end of "whom to tell" are
another. A worker that is killed leaves nothing half done, and the next sweep goes on with what is there. Two
workers take rows that the other has not locked, and both ask the journal before they act.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from leadloop.clocks import rules
from leadloop.clocks.models import Timing, Untold
from leadloop.clocks.operations.following import follow
from leadloop.clocks.operations.telling import tell_untold
from leadloop.clocks.queries.basis import Basis, basis
from leadloop.clocks.queries.superiors import Superiors
from leadloop.clocks.rules import KIND_OF, ClockKind, Step
from leadloop.foundation import stopping
from leadloop.foundation.worktime.clock import ticks
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead, State

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Swept:
    computed: int
    steps: int
    told: int
    """Notices."""


def sweep(*, now: datetime) -> Swept:
    """May run as often as one likes, by several workers at once. After a standstill it does what is due."""
    computed = follow()
    by, superiors = basis(), Superiors()
    steps = 0
    while not stopping.asked() and (made := _make_steps(now, by, superiors)) is not None:
        steps += made
    return Swept(computed, steps, tell_untold(now=now))


@dataclass(frozen=True, slots=True)
class _Due:
    lead: Lead
    clock: ClockKind
    step: Step
    since: datetime
    due_at: datetime


@transaction.atomic
def _make_steps(now: datetime, by: Basis, superiors: Superiors) -> int | None:
    from leadloop.clocks.operations.storing import write_chunk  # loads NumPy and Arrow: not for pages

    ids = list(_waiting(now).values_list("pk", flat=True)[:CHUNK])
    if not ids:
        return None
    # What is stored says only where to look: the steps follow from the journal as it is now, under the lock.
    write_chunk(ids, by)
    due = list(_due(ids, now))
    if due:
        journal.append([_event(one, now) for one in due])
        Untold.objects.bulk_create(
            [row for one in due for row in _whom_to_tell(one, superiors)], ignore_conflicts=True
        )
        write_chunk(ids, by)
    return len(due)


def _waiting(now: datetime) -> QuerySet[Timing]:
    rows = Timing.objects.filter(next_at__lte=now).order_by("next_at")
    return rows.select_for_update(skip_locked=True) if connection.vendor == "postgresql" else rows


def _due(ids: Sequence[int], now: datetime) -> Iterator[_Due]:
    rows = Timing.objects.filter(pk__in=ids, next_at__lte=now, lead__state=State.OPEN)
    for timing in rows.select_related("lead").order_by("next_at", "pk"):
        for clock, step, since, at in rules.undone(timing):
            if at <= now:
                yield _Due(timing.lead, clock, step, since, at)


def _event(one: _Due, now: datetime) -> NewEvent:
    return NewEvent(
        kind=KIND_OF[one.step],
        lead_id=one.lead.pk,
        version_id=one.lead.version_id,
        occurred_at=now,
        recorded_at=now,
        data={"clock": str(one.clock), "step": str(one.step), "since": ticks(one.since)},
    )


def _whom_to_tell(one: _Due, superiors: Superiors) -> Iterator[Untold]:
    people = set()
    if one.step != Step.PROPOSE and one.lead.owner_id is not None:
        people.add(one.lead.owner_id)
    if one.step != Step.REMIND:
        people |= superiors.of(one.lead.team_id, but_not=one.lead.owner_id)
    for person in sorted(people):
        yield Untold(
            person_id=person,
            owner_id=one.lead.owner_id,
            lead=one.lead,
            clock=str(one.clock),
            step=str(one.step),
            since=one.since,
            due_at=one.due_at,
        )
