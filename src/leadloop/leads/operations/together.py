"""One thing done with many leads, and taken back: lead by lead through the single operations.

Each lead is a transaction of its own, together with its item: what was done is known, whatever happens to
the process that does it, and nothing is done twice. What a lead refuses is noted and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from leadloop.analysis.tables import BY_CLOCK
from leadloop.foundation.errors import Conflict, DataError, LeadloopError, NotFound
from leadloop.foundation.messages import msg, to_data
from leadloop.journal.models import Event
from leadloop.leads.models import BulkAction, BulkItem, BulkKind, BulkStatus, ItemOutcome, Lead
from leadloop.leads.operations.doings import DOINGS, Doing, Who
from leadloop.leads.operations.swap import faster
from leadloop.people.models import User

MOST = 10_000
"""So many leads take part in one action."""
AT_ONCE = 50
"""Up to so many are done while the person waits; more in the background."""
LEASE = timedelta(seconds=60)

Clock = Callable[[], datetime]
WITH = ("customer", "contact", "stage", "version", "owner", "team", "process", "channel")


class TakenOver(Exception):
    """Somebody else does this action by now."""


@transaction.atomic
def start(
    *,
    kind: BulkKind,
    params: Mapping[str, Any],
    lead_ids: Collection[int],
    actor: User,
    now: datetime,
) -> BulkAction:
    """Note what is to be done with whom; :func:`go_on` does it. The right is asked of each lead then."""
    params = dict(DOINGS[kind].check(params))
    ids = list(dict.fromkeys(lead_ids))
    if not ids:
        raise DataError(msg("Choose at least one lead."))
    if len(ids) > MOST:
        raise DataError(
            msg(
                "These are %(count)s leads; at most %(most)s at once. Filter first.",
                count=len(ids),
                most=MOST,
            )
        )
    action = BulkAction.objects.create(actor=actor, kind=kind, params=params, total=len(ids), created_at=now)
    BulkItem.objects.bulk_create([BulkItem(action=action, lead_id=pk) for pk in ids], batch_size=1_000)
    return action


@transaction.atomic
def undo(*, action: BulkAction, actor: User, now: datetime) -> BulkAction:
    """Note that the action is to be taken back; :func:`go_on` does it, where nobody has changed anything."""
    if action.actor_id != actor.pk:
        raise NotFound(msg("There is no such action."))
    noted = BulkAction.objects.filter(pk=action.pk, status=BulkStatus.DONE).update(
        status=BulkStatus.UNDOING, finished_at=None
    )
    if not noted:
        raise Conflict(msg("Only a finished action can be undone, and only once."))
    action.refresh_from_db()
    return action


def go_on(*, action_id: int, clock: Clock) -> None:
    """Do what is left of an action. Whoever comes while somebody is at it leaves again."""
    action = _take(action_id, clock())
    if action is None:
        return
    undoing = action.status == BulkStatus.UNDOING
    step = _take_back if undoing else _carry_out
    queue = ItemOutcome.DONE if undoing else ItemOutcome.WAITING
    try:
        while batch := list(
            action.items.filter(outcome=queue).order_by("id").values_list("id", "lead_id")[:50]
        ):
            _renew(action, clock())
            for item_id, lead_id in batch:
                step(action, item_id, lead_id, clock())
    except TakenOver:
        return
    BulkAction.objects.filter(pk=action.pk, status=action.status, busy_until=action.busy_until).update(
        status=BulkStatus.UNDONE if undoing else BulkStatus.DONE, finished_at=clock(), busy_until=None
    )


def unfinished(now: datetime) -> list[int]:
    """Actions that nobody is at, though something is left."""
    waiting = BulkAction.objects.filter(status__in=[BulkStatus.RUNNING, BulkStatus.UNDOING])
    return list(waiting.filter(_free(now)).values_list("pk", flat=True))


def _free(now: datetime) -> Q:
    return Q(busy_until=None) | Q(busy_until__lt=now)


def _take(action_id: int, now: datetime) -> BulkAction | None:
    mine = BulkAction.objects.filter(
        _free(now), pk=action_id, status__in=[BulkStatus.RUNNING, BulkStatus.UNDOING]
    )
    if not mine.update(busy_until=now + LEASE):
        return None
    return BulkAction.objects.select_related("actor").get(pk=action_id)


def _renew(action: BulkAction, now: datetime) -> None:
    mine = BulkAction.objects.filter(pk=action.pk, busy_until=action.busy_until)
    if not mine.update(busy_until=now + LEASE):
        raise TakenOver
    action.busy_until = now + LEASE


def _carry_out(action: BulkAction, item_id: int, lead_id: int, now: datetime) -> None:
    doing, params = DOINGS[BulkKind(action.kind)], action.params

    def work(lead: Lead) -> dict[str, Any]:
        if doing.is_so(lead, params, action.actor):
            return {"outcome": ItemOutcome.SAME}
        before = doing.before(lead)
        doing.do(lead, params, Who(action.actor, now))
        return {"outcome": ItemOutcome.DONE, "before": before, "left_at": _changed_at(lead)}

    _settle(item_id, lead_id, work, was=ItemOutcome.WAITING, refused=ItemOutcome.REFUSED)


def _take_back(action: BulkAction, item_id: int, lead_id: int, now: datetime) -> None:
    doing: Doing = DOINGS[BulkKind(action.kind)]
    item = BulkItem.objects.get(pk=item_id)

    def work(lead: Lead) -> dict[str, Any]:
        if _touched(lead, item):
            raise faster(lead)
        doing.restore(lead, item.before, Who(action.actor, now))
        return {"outcome": ItemOutcome.RESTORED}

    _settle(item_id, lead_id, work, was=ItemOutcome.DONE, refused=ItemOutcome.KEPT)


def _touched(lead: Lead, item: BulkItem) -> bool:
    """Changed since, or something was recorded that changes no fact: a follow-up."""
    if item.left_at is None or lead.changed_at != item.left_at:
        return True
    later = Event.objects.filter(lead_id=lead.pk, recorded_at__gt=item.left_at)
    return later.exclude(kind__in=BY_CLOCK).exists()


def _settle(
    item_id: int,
    lead_id: int,
    work: Callable[[Lead], dict[str, Any]],
    *,
    was: ItemOutcome,
    refused: ItemOutcome,
) -> None:
    """The work and its outcome in one transaction; a refusal in one of its own, as the work's is gone."""
    waiting = BulkItem.objects.filter(pk=item_id, outcome=was)
    try:
        with transaction.atomic():
            lead = Lead.objects.select_related(*WITH).get(pk=lead_id)
            if not waiting.update(**work(lead)):
                raise TakenOver
    except LeadloopError as error:
        waiting.update(outcome=refused, message=to_data(error.message))


def _changed_at(lead: Lead) -> datetime:
    """As the database has it: what reacted to the change may have changed the lead again."""
    return Lead.objects.values_list("changed_at", flat=True).get(pk=lead.pk)
