"""Leads that somebody was given and has not answered for yet: to accept or to return."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from leadloop.analysis.tables import Kind
from leadloop.clocks.queries.superiors import Superiors
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, State
from leadloop.leads.queries import standing_contacts
from leadloop.people.models import User

MOST = 200
"""Of one person and time: whoever is given more has other worries than the order of a list."""

_TOLD = (
    Kind.REGISTERED,
    Kind.ASSIGNED,
    Kind.HANDED_OVER,
    Kind.ACCEPTED,
    Kind.REJECTED,
    Kind.RELEASED,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """How a lead came to its owner. ``by`` None: the rules."""

    lead_id: int
    given_at: datetime
    by: int | None
    handed_over: bool = False


def offered(user: User, now: datetime) -> list[Offer]:
    """Newest first. What is overdue is no offer any more: it stands with what is due, and logging answers it.

    From the journal, so that it is right for whatever wrote there; the clocks narrow the search to leads that
    nobody has followed up, or whose handoff runs.
    """
    waiting = Q(timing__handoff_since__isnull=False) | Q(timing__first_due_at__gt=now)
    found = Lead.objects.filter(owner=user, state=State.OPEN).filter(waiting).order_by("-timing__first_since")
    ids = list(found.values_list("pk", flat=True)[:MOST])
    offers = offers_of(ids, user.pk)
    return sorted(offers.values(), key=lambda offer: (offer.given_at, offer.lead_id), reverse=True)


def offers_of(lead_ids: Collection[int], owner_id: int) -> Mapping[int, Offer]:
    """Of these leads, those that ``owner_id`` was given by others and has not answered for."""
    if not lead_ids:
        return {}
    contact = Q(pk__in=standing_contacts(lead_ids).values("pk"))
    rows = Event.objects.filter(Q(kind__in=_TOLD) | contact, lead_id__in=list(lead_ids))
    found: dict[int, Offer] = {}
    for event in rows.order_by("occurred_at", "id"):
        _hear(found, event, owner_id)
    return found


def _hear(found: dict[int, Offer], event: Event, owner_id: int) -> None:
    if event.kind in {Kind.ACCEPTED, Kind.REJECTED, Kind.RELEASED}:
        found.pop(event.lead_id, None)
    elif event.kind == Kind.FOLLOWED_UP:
        if not event.data.get("automatic"):
            found.pop(event.lead_id, None)
    elif event.kind == Kind.HANDED_OVER:
        found[event.lead_id] = Offer(event.lead_id, event.occurred_at, event.actor_id, handed_over=True)
    elif event.owner_id == owner_id:
        if _taken(event, owner_id):
            found.pop(event.lead_id, None)
        else:
            found[event.lead_id] = Offer(event.lead_id, event.occurred_at, event.actor_id)


def _taken(event: Event, owner_id: int) -> bool:
    """By the owner's own hand: claimed from a pool, or registered."""
    return event.data.get("how") == "claimed" or event.actor_id == owner_id


def receivers(lead: Lead, owner: User) -> list[User]:
    """To whom the owner may return it, besides the pool: who answers for the team."""
    ids = Superiors().of(lead.team_id, but_not=owner.pk)
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))
