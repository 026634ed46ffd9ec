"""Take an import back, within the days that this is offered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from leadloop.analysis.tables import Kind
from leadloop.customers.models import Contact, Customer
from leadloop.foundation import stopping
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.imports.models import Change, Import, Status
from leadloop.imports.operations.lease import LEASE, LostLease
from leadloop.imports.permissions import require
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.people.models import User

CHUNK = 500


def undo(*, import_: Import, actor: User | None, now: datetime) -> None:
    """Queue the undo. Leads on which somebody has worked since stay, and are counted."""
    require(actor)
    if not import_.may_be_undone(now):
        raise Conflict(msg("This import can no longer be undone."))
    begun = Import.objects.filter(pk=import_.pk, status=import_.status).update(
        status=Status.UNDOING, undone_by=actor, cancel_requested=False, kept_on_undo=0
    )
    if not begun:
        raise Conflict(msg("Somebody else was faster. Look at the import again."))
    import_.refresh_from_db()


def undo_chunks(*, import_: Import, worker: str, clock: Callable[[], datetime]) -> None:
    """Do it, chunk by chunk; every chunk finds what is left to do by itself, so a restart just goes on."""
    while _withdraw_some(import_, worker, clock()) or _restore_some(import_, worker, clock()):
        if stopping.asked():
            Import.objects.filter(pk=import_.pk, worker=worker).update(worker="", lease_until=None)
            return
    kept = Lead.objects.filter(import_id=import_.pk).count()
    Import.objects.filter(pk=import_.pk, worker=worker).update(
        status=Status.UNDONE,
        undone_at=clock(),
        kept_on_undo=F("kept_on_undo") + kept,
        worker="",
        lease_until=None,
    )


def _withdraw_some(import_: Import, worker: str, now: datetime) -> bool:
    """The journal keeps that the leads were there and were withdrawn; they, and whom they name, go.

    What people did with a lead stands in the journal with their name. What the program did of its own (a
    grade, an owner by the rules) is no reason to keep it.
    """
    assert import_.started_at is not None
    with transaction.atomic():
        _extend(import_, worker, now)
        untouched = _untouched(import_)
        if connection.vendor == "postgresql":
            # Whoever is about to work on one of them finishes first, and the next look sees it.
            list(untouched.select_for_update().order_by("id").values_list("pk")[:CHUNK])
        rows = list(untouched.order_by("id").values_list("pk", "version_id", "customer_id")[:CHUNK])
        if not rows:
            return False
        journal.append(
            [
                NewEvent(
                    kind=Kind.WITHDRAWN,
                    lead_id=pk,
                    version_id=version,
                    occurred_at=now,
                    recorded_at=now,
                    actor_id=import_.undone_by_id,
                    data={"import_id": import_.pk},
                )
                for pk, version, _ in rows
            ]
        )
        Lead.objects.filter(pk__in=[pk for pk, _, _ in rows]).delete()
        _remove_parties(import_, {customer for _, _, customer in rows})
    return True


def _untouched(import_: Import) -> QuerySet[Lead]:
    later = Event.objects.filter(
        lead_id=OuterRef("pk"), recorded_at__gt=import_.started_at, actor_id__isnull=False
    )
    return Lead.objects.filter(import_id=import_.pk).exclude(Exists(later))


def _remove_parties(import_: Import, customers: set[int]) -> None:
    """Customers that came with the import and have no lead any more, and contacts nobody needs."""
    assert import_.started_at is not None
    orphans = Customer.objects.filter(
        pk__in=customers, created_at=import_.started_at, leads=None
    ).values_list("pk", flat=True)
    found = list(orphans)
    Contact.objects.filter(customer__in=found).delete()
    Customer.objects.filter(pk__in=found).delete()


def _restore_some(import_: Import, worker: str, now: datetime) -> bool:
    from leadloop.imports.updates import restore  # reads files' words, which no page needs

    with transaction.atomic():
        _extend(import_, worker, now)
        changes = list(Change.objects.filter(of=import_).order_by("-id")[: CHUNK // 10])
        kept = sum(not restore(change=change, actor=None, now=now) for change in changes)
        Change.objects.filter(pk__in=[change.pk for change in changes]).delete()
        Import.objects.filter(pk=import_.pk).update(kept_on_undo=F("kept_on_undo") + kept)
    return bool(changes)


def _extend(import_: Import, worker: str, now: datetime) -> None:
    ours = Import.objects.filter(pk=import_.pk, worker=worker, status=Status.UNDOING)
    if ours.update(lease_until=now + LEASE) != 1:
        raise LostLease
