"""Reads about leads. Every one that serves a person starts from :func:`visible`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.analysis.scope import Visibility
from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.text import email_key, fold, name_key, phone_key
from leadloop.leads.models import Channel, Lead
from leadloop.leads.permissions import restrict, with_readable_contacts
from leadloop.leads.timeline import Entry, timeline
from leadloop.people.permissions import visibility_of

__all__ = ["Entry", "by_customer", "by_ids", "channel_names", "get", "search", "timeline", "visible"]

WITH = ("customer", "contact", "channel", "stage", "process", "owner", "team", "loss_reason")
"""What a row of a list and the head of a page show, read along in the same query."""

_ENOUGH_DIGITS = 7
_NUMBER_LIKE = re.compile(r"^(?=.*\d)[\w\-./#]+$", re.ASCII)
_FEW = 300


def visible(user: Any) -> QuerySet[Lead]:
    """The leads that exist for this person: open, won, lost and invalid ones."""
    return restrict(Lead.objects.shown(), visibility_of(user)).select_related(*WITH)


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


def search(user: Any, text: str, limit: int = 20) -> list[Lead]:
    """Leads by number, customer, contact, phone (whole or last four digits) or e-mail; best kind first.

    A contact that the reader sees masked cannot be searched for: a hit would give it away.
    """
    text = " ".join(text.split())
    found: dict[int, Lead] = {}
    for leads in _searches(visible(user), visibility_of(user), text):
        missing = limit - len(found)
        if missing <= 0:
            break
        more = leads.exclude(pk__in=list(found)).order_by("-captured_at", "-id")[:missing]
        found |= {lead.pk: lead for lead in more}
    return list(found.values())


def _searches(leads: QuerySet[Lead], seen: Visibility, text: str) -> Iterator[QuerySet[Lead]]:
    """One after the other, so that a hit of a better kind saves the search for the next."""
    if _NUMBER_LIKE.match(text):
        yield leads.filter(Q(number__startswith=text) | Q(number__startswith=text.upper()))
    readable = with_readable_contacts(leads, seen)
    if condition := _contact_keys(fold(text)):
        yield readable.filter(_among("contact", Contact.objects.filter(condition)))
    if key := name_key(text):
        yield leads.filter(_among("customer", Customer.objects.filter(name_key__contains=key)))
        yield readable.filter(_among("contact", Contact.objects.filter(name__icontains=text)))


def _among(field: str, hits: QuerySet[Any]) -> Q:
    """The leads of a few hits through their index; of many, by walking the leads from the newest on.

    A rare word is found in the small table first; of a common one the first page comes early.
    """
    ids = list(hits.order_by().values_list("pk", flat=True)[: _FEW + 1])
    return Q(**{f"{field}__in": ids if len(ids) <= _FEW else hits.order_by().values("pk")})


def _contact_keys(text: str) -> Q | None:
    if email := email_key(text):
        return Q(email_key=email)
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) == 4 and digits == text:
        return Q(phone_tail=digits)
    if len(digits) >= _ENOUGH_DIGITS and (key := phone_key(text)):
        return Q(phone_key=key)
    return None


def channel_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Channel.objects.filter(id__in=set(ids)).values_list("id", "name"))
