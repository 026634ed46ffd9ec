"""Leads that nobody calls go back to the pool, after a warning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from leadloop.assignment.models import ReturnWarning
from leadloop.assignment.operations.conflicts import settle
from leadloop.assignment.pools import PoolPolicy
from leadloop.assignment.queries import clocks, policies
from leadloop.foundation.errors import Conflict, NotFound
from leadloop.leads.models import Lead, State
from leadloop.leads.operations.ownership import release_lead
from leadloop.process.models import Process

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Swept:
    warned: int = 0
    returned: int = 0
    settled: int = 0


def sweep(*, now: datetime) -> Swept:
    """Warn owners and take back leads whose time is over; may run as often as one likes.

    Nobody loses a lead without having been warned the whole time before: if nothing ran for days, what is
    overdue by then is warned about at once and goes back that much later.
    """
    warned = returned = 0
    for process, policy in policies.pool_policies().items():
        for silent in _silent(process, policy, now):
            told, overdue = _warn(silent, policy, now)
            warned += told
            returned += sum(_take_back(lead_id, policy, now) for lead_id in overdue)
    _forget_warnings()
    return Swept(warned, returned, settle(now=now))


@dataclass(frozen=True, slots=True)
class _Silent:
    lead_id: int
    owner_id: int
    since: datetime
    due_at: datetime


def _silent(process: Process, policy: PoolPolicy, now: datetime) -> Iterator[list[_Silent]]:
    """Leads whose silence, by the journal, has reached the time of the warning; some hundred at a time.

    The columns narrow the search; they say nothing that the journal does not.
    """
    last = 0
    while True:
        rows = _candidates(process, policy, now).filter(pk__gt=last).order_by("pk")
        found = list(rows.values_list("pk", "owner", "grade")[:CHUNK])
        if not found:
            return
        last = found[-1][0]
        since = clocks.silent_since([pk for pk, _, _ in found])
        due = {pk: clocks.deadline(policy, grade, since[pk]) for pk, _, grade in found if pk in since}
        yield [
            _Silent(pk, owner, since[pk], at.due_at)
            for pk, owner, _ in found
            if owner is not None and (at := due.get(pk)) is not None and at.warn_at <= now
        ]


def _candidates(process: Process, policy: PoolPolicy, now: datetime) -> QuerySet[Lead]:
    called = Q(pk__in=[])
    for grade, days in policy.return_after_days.items():
        limit = now - timedelta(days=max(days - policy.warn_days_before, 0))
        silent = Q(last_followed_up_at=None) | Q(last_followed_up_at__lte=limit)
        called |= Q(grade=grade, registered_at__lte=now) & silent
    return Lead.objects.filter(called, process=process, state=State.OPEN, owner__isnull=False)


@transaction.atomic
def _warn(silent: Sequence[_Silent], policy: PoolPolicy, now: datetime) -> tuple[int, list[int]]:
    """Warn whoever was not warned about this silence yet. How many, and which leads' time is over."""
    notice = timedelta(days=policy.warn_days_before)
    rows = ReturnWarning.objects.filter(lead__in=[one.lead_id for one in silent])
    present = {(row.lead_id, row.owner_id, row.silent_since): row for row in rows}
    told, changed, overdue = 0, [], []
    for one in silent:
        row = present.get((one.lead_id, one.owner_id, one.since))
        if row is None:
            told += 1
            row = ReturnWarning(
                lead_id=one.lead_id, owner_id=one.owner_id, silent_since=one.since, warned_at=now
            )
        returns_at = max(one.due_at, row.warned_at + notice)
        if row.pk is None or row.returns_at != returns_at:
            row.returns_at = returns_at
            changed.append(row)
        if returns_at <= now:
            overdue.append(one.lead_id)
    for row in changed:
        row.pk = None
    facts = ["owner", "silent_since", "warned_at", "returns_at"]
    ReturnWarning.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["lead"], update_fields=facts
    )
    return told, overdue


@transaction.atomic
def _take_back(lead_id: int, policy: PoolPolicy, now: datetime) -> bool:
    """Everything is read again under the lead's lock: somebody may be calling the customer at this moment."""
    rows = Lead.objects.select_for_update(of=("self",)).select_related("process", "stage")
    lead = rows.get(pk=lead_id)
    since = clocks.silent_since([lead_id]).get(lead_id)
    due = clocks.deadline(policy, lead.grade, since) if since else None
    if lead.state != State.OPEN or lead.owner_id is None or due is None or due.due_at > now:
        return False
    try:
        release_lead(lead=lead, actor=None, now=now, how="no_follow_up")
    except (Conflict, NotFound):
        return False
    ReturnWarning.objects.filter(lead=lead).delete()
    return True


def _forget_warnings() -> None:
    """Of leads that were called, closed or given away since."""
    gone = []
    for start in range(0, ReturnWarning.objects.count(), CHUNK):
        rows = list(ReturnWarning.objects.order_by("pk").select_related("lead")[start : start + CHUNK])
        since = clocks.silent_since([row.lead_id for row in rows])
        gone += [row.pk for row in rows if _is_over(row, since.get(row.lead_id))]
    ReturnWarning.objects.filter(pk__in=gone).delete()


def _is_over(warning: ReturnWarning, since: datetime | None) -> bool:
    lead = warning.lead
    return lead.state != State.OPEN or lead.owner_id != warning.owner_id or since != warning.silent_since
