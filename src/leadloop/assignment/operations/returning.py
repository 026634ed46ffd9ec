"""Leads that nobody calls go back to the pool, after a warning."""

from __future__ import annotations

from collections.abc import Iterator
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
        for lead in _silent(process, policy, now):
            what = _step(lead.pk, policy, now)
            warned += what == "warned"
            returned += what == "returned"
    _forget_warnings(now)
    return Swept(warned, returned, settle(now=now))


def _silent(process: Process, policy: PoolPolicy, now: datetime) -> Iterator[Lead]:
    """Leads whose silence, by the journal, has reached the time of the warning.

    The columns narrow the search; they say nothing that the journal does not.
    """
    last = 0
    while True:
        found = list(_candidates(process, policy, now).filter(pk__gt=last).order_by("pk")[:CHUNK])
        if not found:
            return
        last = found[-1].pk
        since = clocks.silent_since([lead.pk for lead in found])
        for lead in found:
            due = clocks.deadline(policy, lead.grade, since[lead.pk]) if lead.pk in since else None
            if due is not None and due.warn_at <= now:
                yield lead


def _candidates(process: Process, policy: PoolPolicy, now: datetime) -> QuerySet[Lead]:
    called = Q(pk__in=[])
    for grade, days in policy.return_after_days.items():
        limit = now - timedelta(days=max(days - policy.warn_days_before, 0))
        silent = Q(last_followed_up_at=None) | Q(last_followed_up_at__lte=limit)
        called |= Q(grade=grade, registered_at__lte=now) & silent
    return Lead.objects.filter(called, process=process, state=State.OPEN, owner__isnull=False).only(
        "pk", "grade"
    )


@transaction.atomic
def _step(lead_id: int, policy: PoolPolicy, now: datetime) -> str:
    """What is due for one lead: a warning, its return, or nothing any more.

    Everything is read again under the lead's lock: somebody may be calling the customer at this moment.
    """
    lead = Lead.objects.select_for_update(of=("self",)).select_related("process", "stage").get(pk=lead_id)
    since = clocks.silent_since([lead_id]).get(lead_id)
    due = clocks.deadline(policy, lead.grade, since) if since else None
    if lead.state != State.OPEN or lead.owner_id is None or since is None or due is None or now < due.warn_at:
        return ""
    warning = ReturnWarning.objects.filter(lead=lead, owner=lead.owner_id, silent_since=since).first()
    told = ""
    if warning is None:
        warning = _warn(lead, since, now)
        told = "warned"
    returns_at = max(due.due_at, warning.warned_at + timedelta(days=policy.warn_days_before))
    if returns_at > now:
        if returns_at != warning.returns_at:
            warning.returns_at = returns_at
            warning.save(update_fields=["returns_at"])
        return told
    try:
        release_lead(lead=lead, actor=None, now=now, how="no_follow_up")
    except (Conflict, NotFound):
        return told
    warning.delete()
    return "returned"


def _warn(lead: Lead, since: datetime, now: datetime) -> ReturnWarning:
    facts = {"owner_id": lead.owner_id, "silent_since": since, "warned_at": now, "returns_at": now}
    return ReturnWarning.objects.update_or_create(lead=lead, defaults=facts)[0]


def _forget_warnings(now: datetime) -> None:
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
