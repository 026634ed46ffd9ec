"""Accept a lead that one was given, or return it: to the pool, or to whoever answers for the team."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from leadloop.analysis.tables import Kind
from leadloop.assignment.operations.telling import RETURNED
from leadloop.assignment.queries.offered import Offer, offers_of, receivers
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.operations.ownership import give_lead, release_lead
from leadloop.leads.operations.swap import swap
from leadloop.leads.permissions import require
from leadloop.notices.operations import tell
from leadloop.people.models import User


@transaction.atomic
def accept(*, lead: Lead, actor: User, now: datetime) -> Lead:
    """The owner answers for it; the clock of the handoff stops, that of the first follow-up goes on."""
    _offer(lead, actor)
    # Whoever answers in the same moment elsewhere, or takes the lead away, is seen by the swap.
    swap(lead, now=now)
    write(lead, [event(lead, Kind.ACCEPTED, actor=actor, now=now, data={"how": "by_hand"})])
    return lead


@transaction.atomic
def give_back(*, lead: Lead, reason: str, actor: User, now: datetime, to: User | None = None) -> Lead:
    """Return a lead that one was given, with a reason. ``to`` None: the pool; else one of :func:`receivers`.

    Whoever gave it, else who answers for the team, is told.
    """
    offer = _offer(lead, actor)
    if not reason.strip():
        raise DataError(msg("Say why you return it: whoever gets it next starts from there."), field="reason")
    told = receivers(lead, actor)
    if to is not None and to not in told:
        raise DataError(msg("Choose the pool or somebody who answers for the team."), field="to")
    # Before the journal: whoever writes about a lead holds its row first, so that nobody waits crosswise.
    swap(lead, now=now)
    returned = event(
        lead, Kind.REJECTED, actor=actor, now=now, data={"how": "pool" if to is None else "person"}
    )
    if to is None:
        write(lead, [returned])
        release_lead(lead=lead, actor=actor, now=now, reason=reason, how="returned")
    else:
        write(lead, [returned], remark=reason)
        give_lead(lead=lead, owner=to, team=lead.team, actor=actor, now=now, how="returned")
    giver = [] if offer.by is None else list(User.objects.filter(pk=offer.by, is_active=True))
    _tell(lead, giver or told, to, actor, now)
    return lead


def _offer(lead: Lead, actor: User) -> Offer:
    require(actor, Verb.FOLLOW_UP, lead)
    if lead.owner_id != actor.pk:
        raise NotAllowed(msg("Only the owner accepts or returns a lead."))
    offer = offers_of([lead.pk], actor.pk).get(lead.pk)
    if offer is None:
        raise Conflict(msg("You have answered for this lead already."))
    return offer


def _tell(lead: Lead, people: list[User], to: User | None, actor: User, now: datetime) -> None:
    message = (
        msg("%(who)s has returned this lead to the pool.", who=str(actor))
        if to is None
        else msg("%(who)s has returned this lead to %(receiver)s.", who=str(actor), receiver=str(to))
    )
    tell(
        to=[person for person in people if person != actor],
        kind=RETURNED.key,
        message=message,
        link=reverse("leads:detail", args=[lead.number]),
        subject=lead.customer.name,
        now=now,
    )
