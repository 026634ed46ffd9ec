"""Leads that nobody calls go back to the pool, after a warning. When, the clocks say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from leadloop.assignment.models import ReturnWarning
from leadloop.assignment.operations.conflicts import settle
from leadloop.clocks.models import Timing
from leadloop.clocks.operations import follow
from leadloop.clocks.operations.telling import ONE_BY_ONE
from leadloop.clocks.queries import PoolReturn, pool_returns
from leadloop.foundation.errors import Conflict, NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead, State
from leadloop.leads.operations.ownership import release_lead
from leadloop.notices import kinds
from leadloop.notices.operations import News, tell_many
from leadloop.people.models import Role, User

RETURNS = "pool_return"
KIND = kinds.Kind(
    RETURNS,
    msg("A lead goes back to the pool"),
    kinds.LEADS,
    for_roles=(Role.REP, Role.MANAGER, Role.OPS),
    icon="inbox",
)
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
    follow()
    warned = returned = 0
    for silent in _silent(now):
        told, overdue = _warn(silent, now)
        warned += told
        returned += sum(_take_back(lead_id, now) for lead_id in overdue)
    _forget_warnings()
    return Swept(warned, returned, settle(now=now))


@dataclass(frozen=True, slots=True)
class _Silent:
    lead: Lead
    owner: User
    returns: PoolReturn


def _silent(now: datetime) -> Iterator[list[_Silent]]:
    """Leads whose silence, by the journal, has reached the time of the warning; some hundred at a time.

    The stored clocks narrow the search; they say nothing that the journal does not.
    """
    last = 0
    while True:
        rows = Timing.objects.filter(pool_warn_at__lte=now, pk__gt=last).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:CHUNK])
        if not ids:
            return
        last = ids[-1]
        due = {pk: returns for pk, returns in pool_returns(ids).items() if returns.warn_at <= now}
        leads = Lead.objects.filter(pk__in=due, owner__isnull=False).select_related("owner", "customer")
        yield [_Silent(lead, lead.owner, due[lead.pk]) for lead in leads.order_by("pk") if lead.owner]


@transaction.atomic
def _warn(silent: Sequence[_Silent], now: datetime) -> tuple[int, list[int]]:
    """Warn whoever was not warned about this silence yet. How many, and which leads' time is over."""
    rows = ReturnWarning.objects.filter(lead__in=[one.lead.pk for one in silent])
    present = {(row.lead_id, row.owner_id, row.silent_since): row for row in rows}
    told, changed, overdue = [], [], []
    for one in silent:
        row = present.get((one.lead.pk, one.owner.pk, one.returns.since))
        if row is None:
            told.append(one)
            row = ReturnWarning(lead=one.lead, owner=one.owner, silent_since=one.returns.since, warned_at=now)
        returns_at = one.returns.goes_at(row.warned_at)
        if row.pk is None or row.returns_at != returns_at:
            row.returns_at = returns_at
            changed.append(row)
        if returns_at <= now:
            overdue.append(one.lead.pk)
    for row in changed:
        row.pk = None
    facts = ["owner", "silent_since", "warned_at", "returns_at"]
    ReturnWarning.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["lead"], update_fields=facts
    )
    _tell(told, now)
    return len(told), overdue


def _tell(told: Sequence[_Silent], now: datetime) -> None:
    """One notice a lead while an owner has few of them, else one for all of this time."""
    by_owner: dict[int, list[_Silent]] = defaultdict(list)
    for one in told:
        by_owner[one.owner.pk].append(one)
    news = []
    for found in by_owner.values():
        if len(found) <= ONE_BY_ONE:
            news += [_news(one) for one in found]
        else:
            message = msg(
                "%(count)s of your leads go back to the pool unless you follow up", count=len(found)
            )
            key = f"pool:{found[0].lead.pk}-{found[-1].lead.pk}:{now:%Y%m%d%H%M}"
            news.append(News([found[0].owner], RETURNS, message, reverse("workspace:home"), key=key))
    tell_many(news, now=now)


def _news(one: _Silent) -> News:
    return News(
        to=[one.owner],
        kind=RETURNS,
        message=msg("Goes back to the pool unless you follow up"),
        link=reverse("leads:detail", args=[one.lead.number]),
        subject=one.lead.customer.name,
        key=f"pool:{one.lead.pk}:{one.owner.pk}:{one.returns.since:%Y%m%d%H%M%S}",
    )


@transaction.atomic
def _take_back(lead_id: int, now: datetime) -> bool:
    """Everything is read again under the lead's lock: somebody may be calling the customer at this moment."""
    rows = Lead.objects.select_for_update(of=("self",)).select_related("process", "stage")
    lead = rows.get(pk=lead_id)
    returns = pool_returns([lead_id]).get(lead_id)
    if lead.state != State.OPEN or lead.owner_id is None or returns is None or returns.due_at > now:
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
        returns = pool_returns([row.lead_id for row in rows])
        gone += [row.pk for row in rows if _is_over(row, returns.get(row.lead_id))]
    ReturnWarning.objects.filter(pk__in=gone).delete()


def _is_over(warning: ReturnWarning, returns: PoolReturn | None) -> bool:
    if returns is None or warning.lead.owner_id != warning.owner_id:
        return True
    return returns.since != warning.silent_since
