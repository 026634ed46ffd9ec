"""Reads about leads. Every one that serves a person starts from :func:`visible`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.journal.models import Event
from leadloop.leads import finding
from leadloop.leads.finding import Found
from leadloop.leads.models import Channel, Lead
from leadloop.leads.permissions import few_customers, restrict
from leadloop.leads.timeline import Entry, timeline
from leadloop.people.permissions import visibility_of

__all__ = [
    "Entry",
    "Found",
    "by_customer",
    "by_ids",
    "channel_names",
    "find",
    "get",
    "search",
    "standing_contacts",
    "timeline",
    "visible",
]

WITH = finding.WITH
"""What a row of a list and the head of a page show, read along in the same query."""


def visible(user: Any) -> QuerySet[Lead]:
    """The leads that exist for this person: open, won, lost and invalid ones."""
    seen = visibility_of(user)
    return restrict(Lead.objects.shown(), seen, customers=few_customers(seen)).select_related(*WITH)


def get(user: Any, number: str) -> Lead:
    """The lead of that number; what the person may not see is not found."""
    found = visible(user).filter(number=number).first()
    if found is None:
        raise NotFound(msg("There is no lead %(number)s.", number=number))
    return found


def by_ids(queryset: QuerySet[Lead], ids: Iterable[int]) -> QuerySet[Lead]:
    """Those of ``queryset`` whose id is among any number of ``ids`` (a list, NumPy or Arrow)."""
    return queryset.filter(id__among=ids)


def by_customer(user: Any, customer_id: int) -> QuerySet[Lead]:
    return visible(user).filter(customer=customer_id).order_by("-captured_at", "-id")


def find(user: Any, text: str, limit: int = 20) -> Found:
    """Leads, customers and contacts by number, name, pinyin, initials, phone or e-mail, the newest first."""
    return finding.find(visibility_of(user), text, limit)


def search(user: Any, text: str, limit: int = 20) -> list[Lead]:
    return find(user, text, limit).leads


def standing_contacts(lead_ids: Collection[int]) -> QuerySet[Event]:
    """Journal rows of contacts with the customers of these leads, without those that were taken back when
    their time was corrected.
    """
    back = Event.objects.filter(
        lead_id=OuterRef("lead_id"),
        kind=Kind.TAKEN_BACK,
        occurred_at=OuterRef("occurred_at"),
        id__gt=OuterRef("id"),
    )
    return Event.objects.filter(~Exists(back), lead_id__in=list(lead_ids), kind=Kind.FOLLOWED_UP)


def channel_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Channel.objects.filter(id__in=set(ids)).values_list("id", "name"))
