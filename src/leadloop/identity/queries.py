"""Reads about customers as people see them, and about pairs that may be one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from leadloop.customers.models import Alias, Contact, Customer
from leadloop.customers.queries import begins_with
from leadloop.customers.rules import company_key, sound_key
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.text import credit_code_key, email_key, name_key, phone_key
from leadloop.identity.models import Merge, Pair, Run, Verdict
from leadloop.identity.permissions import readable, visible
from leadloop.identity.plans import better_first
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import restrict
from leadloop.people.permissions import visibility_of


@dataclass(frozen=True, slots=True)
class Dealings:
    """What a person sees of a customer's leads."""

    leads: int = 0
    open: int = 0
    won: int = 0
    last_captured_at: datetime | None = None
    last_followed_up_at: datetime | None = None


def dealings(user: Any, ids: Iterable[int]) -> dict[int, Dealings]:
    seen = restrict(Lead.objects.shown(), visibility_of(user)).filter(customer__in=list(ids))
    rows = (
        seen.order_by()
        .values("customer")
        .annotate(
            leads=Count("pk"),
            open=Count("pk", filter=Q(state=State.OPEN)),
            won=Count("pk", filter=Q(state=State.WON)),
            last_captured_at=Max("captured_at"),
            last_followed_up_at=Max("last_followed_up_at"),
        )
    )
    return {row.pop("customer"): Dealings(**row) for row in rows}


def search(user: Any, text: str) -> QuerySet[Customer]:
    """Visible customers by name, other name, sound, credit code, phone or e-mail, the newest first."""
    found = visible(user).order_by("-pk")
    text = " ".join(text.replace("\0", "").split())
    if not text:
        return found
    if code := credit_code_key(text):
        return found.filter(credit_code=code)
    key = company_key(text)
    named = Q(name_key__contains=name_key(text)) if name_key(text) else Q(pk=None)
    if key:
        named |= begins_with("company_key", key) | begins_with("sound_key", sound_key(key))
    known_as = Alias.objects.filter(named).values("customer")
    condition = named | Q(pk__in=known_as)
    if reach := _reach(text):
        condition |= Q(pk__in=Contact.objects.filter(reach & readable(user)).values("customer"))
    return found.filter(condition)


def _reach(text: str) -> Q | None:
    if email := email_key(text):
        return Q(email_key=email)
    digits = "".join(sign for sign in text if sign.isdigit())
    phone = phone_key(text) if len(digits) >= 7 else ""
    return Q(phone_key=phone) if phone else None


def open_pairs(user: Any, *, certain: bool = False) -> QuerySet[Pair]:
    """Pairs to be decided, the likeliest first; of customers that this person sees, both of them."""
    pairs = _pairs(user).filter(verdict=Verdict.OPEN).order_by("-probability", "pk")
    return pairs.filter(certain=True) if certain else pairs


def decided_pairs(user: Any) -> QuerySet[Pair]:
    return _pairs(user).filter(verdict=Verdict.DIFFERENT).order_by("-decided_at", "pk")


def pairs_of(user: Any, customer: Customer) -> QuerySet[Pair]:
    return open_pairs(user).filter(Q(one=customer) | Q(other=customer))


def pair(user: Any, pair_id: int) -> Pair:
    found = _pairs(user).filter(pk=pair_id).first()
    if found is None:
        raise NotFound(msg("There is no such pair of customers."))
    return found


def _pairs(user: Any) -> QuerySet[Pair]:
    seen = visible(user).order_by().values("pk")
    return Pair.objects.filter(one__in=seen, other__in=seen).select_related("one", "other", "decided_by")


def merges_of(customer: Customer) -> QuerySet[Merge]:
    return Merge.objects.filter(survivor=customer, undone_at=None).select_related("absorbed", "merged_by")


def recent_merges(user: Any) -> QuerySet[Merge]:
    seen = visible(user).order_by().values("pk")
    found = Merge.objects.filter(survivor__in=seen, undone_at=None)
    return found.select_related("survivor", "absorbed", "merged_by").order_by("-pk")


def last_run(job: str) -> Run | None:
    return Run.objects.filter(job=job).order_by("-pk").first()


def ordered(one: Customer, other: Customer) -> tuple[Customer, Customer]:
    """Who survives unless somebody chooses, and who is absorbed."""
    counts = Lead.objects.shown().filter(customer__in=(one, other)).order_by().values("customer")
    leads = {row["customer"]: row["n"] for row in counts.annotate(n=Count("pk"))}
    return better_first(one, other, leads)
