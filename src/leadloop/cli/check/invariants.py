"""What must be true of the tables and the journal, whoever wrote them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from leadloop.analysis.tables import Kind
from leadloop.cli.check.finding import Finding, found
from leadloop.foundation import triggers
from leadloop.foundation.messages import Message, msg
from leadloop.journal.models import Event
from leadloop.leads.models import COUNTED, Lead, State

EXAMPLES = 5
REPORT_IT = msg("Please report this with the lead numbers: no way of writing leads should allow it.")


def _about(check: str, title: Message, leads: QuerySet[Lead], remedy: Message) -> Finding:
    """Each lead found is one too many."""
    numbers = list(leads.order_by("id").values_list("number", flat=True)[: EXAMPLES + 1])
    if not numbers:
        return Finding(check, title)
    count = leads.count() if len(numbers) > EXAMPLES else len(numbers)
    return found(
        check,
        title,
        problem=msg("Not so for %(count)s leads.", count=count),
        remedy=remedy,
        examples=tuple(numbers[:EXAMPLES]),
    )


def registered() -> Finding:
    missing = Lead.objects.filter(~Exists(_events(Kind.REGISTERED)))
    return _about("journal_complete", msg("Every lead is in the journal"), missing, REPORT_IT)


def owners() -> Finding:
    """No owner means the pool: table and journal agree on whose a lead is."""
    last = _events(Kind.REGISTERED, Kind.ASSIGNED, Kind.RELEASED).filter(
        Q(owner_id__isnull=False) | Q(kind=Kind.RELEASED)
    )
    told = Lead.objects.annotate(
        told_owner=Subquery(last.order_by("-occurred_at", "-id").values("owner_id")[:1])
    )
    differing = told.filter(state__in=COUNTED).exclude(
        Q(owner_id=Subquery(last.order_by("-occurred_at", "-id").values("owner_id")[:1]))
        | Q(owner_id__isnull=True, told_owner__isnull=True)
    )
    return _about(
        "one_owner",
        msg("Every lead has the owner that the journal names, or waits in the pool"),
        differing,
        REPORT_IT,
    )


def working_owners() -> Finding:
    left = Lead.objects.filter(state=State.OPEN, owner__is_active=False)
    return _about(
        "owner_active",
        msg("No open lead belongs to somebody who has left"),
        left,
        msg("Hand these leads over to somebody else."),
    )


def lost_with_reason() -> Finding:
    bare = Lead.objects.filter(state=State.LOST).filter(Q(loss_reason=None) | Q(closed_at=None))
    return _about("lost_has_reason", msg("Every lost lead has a reason and a date"), bare, REPORT_IT)


def won_with_amount() -> Finding:
    bare = Lead.objects.filter(state=State.WON).filter(Q(amount=None) | Q(closed_at=None))
    return _about("won_has_amount", msg("Every won lead has an amount and a date"), bare, REPORT_IT)


def outcome_in_journal() -> Finding:
    """A won lead without its win in the journal would be won on one page and open in every figure."""
    kinds = {State.WON: Kind.WON, State.LOST: Kind.LOST, State.INVALID: Kind.INVALIDATED}
    untold = Q(pk__in=[])
    for state, kind in kinds.items():
        untold |= Q(~Exists(_events(kind)), state=state)
    return _about(
        "outcome_in_journal",
        msg("Every outcome is in the journal too"),
        Lead.objects.filter(untold),
        REPORT_IT,
    )


def journal_guarded() -> Finding:
    """Tries to change and to delete a row, in a transaction that is rolled back either way."""
    unguarded = [verb for verb, statement in _ATTEMPTS.items() if _accepted(statement)]
    return found(
        "journal_guarded",
        msg("The database refuses to change or delete journal rows"),
        problem=msg("It accepts: %(verbs)s.", verbs=", ".join(unguarded)) if unguarded else None,
        remedy=msg("The triggers are gone. Put them back: %(command)s", command=_PUT_BACK),
    )


def triggers_kept() -> Finding:
    """Without them, what is kept in memory grows old and open leads are counted wrongly."""
    names = triggers.missing(connection)
    return found(
        "triggers",
        msg("The database's triggers are as this version wants them"),
        problem=msg("Missing or of another version: %(names)s.", names=", ".join(names)) if names else None,
        remedy=msg("Start leadloop again: it makes them anew."),
    )


_PUT_BACK = (
    "leadloop manage shell -c "
    "'from django.db import connection; from leadloop.journal import guard; guard.install(connection)'"
)
_ATTEMPTS = {
    "UPDATE": "UPDATE journal_event SET kind = kind WHERE id = (SELECT min(id) FROM journal_event)",
    "DELETE": "DELETE FROM journal_event WHERE id = (SELECT min(id) FROM journal_event)",
}


def _accepted(statement: str) -> bool:
    if not Event.objects.exists():
        return False
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def _events(*kinds: Kind) -> QuerySet[Event]:
    return Event.objects.filter(lead_id=OuterRef("pk"), kind__in=kinds)


CHECKS: Sequence[Callable[[], Finding]] = (
    registered,
    owners,
    working_owners,
    lost_with_reason,
    won_with_amount,
    outcome_in_journal,
    journal_guarded,
    triggers_kept,
)
