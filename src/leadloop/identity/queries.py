"""Reads about customers as people see them, and about pairs that may be one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
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
from leadloop.identity.permissions import each_visible, readable, visible
from leadloop.identity.plans import better_first
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import restrict
from leadloop.leads.search import index
from leadloop.leads.search.words import of_question
from leadloop.people.permissions import visibility_of

MOST_HITS = 2_000
"""Of a word that stands in more names the newest are looked at."""


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
    names = [field.name for field in fields(Dealings)]
    return {
        row["customer"]: Dealings(**{name: row[name] for name in names})
        for row in rows.values("customer", *names)
    }


def search(user: Any, text: str) -> QuerySet[Customer]:
    """Visible customers by name, other name, sound, credit code, phone or e-mail, the newest first."""
    found = visible(user).order_by("-pk")
    text = " ".join(text.replace("\0", "").split())
    if not text:
        return found
    if code := credit_code_key(text):
        return found.filter(credit_code=code)
    condition = _named(user, text) | Q(pk__in=Alias.objects.filter(_like(text)).values("customer"))
    if reach := _reach(text):
        condition |= Q(pk__in=Contact.objects.filter(reach & readable(user)).values("customer"))
    return found.filter(condition)


def _named(user: Any, text: str) -> Q:
    """By the index of words for who sees everything; the others' customers are few enough to be read."""
    if not visibility_of(user).everything:
        return _like(text)
    terms = [term for part in of_question(text) for term in part]
    return _keyed(text) | Q(pk__in=index.find(index.Kind.CUSTOMER, terms, MOST_HITS))


def _like(text: str) -> Q:
    key = name_key(text)
    return _keyed(text) | (Q(name_key__contains=key) if key else Q(pk=None))


def _keyed(text: str) -> Q:
    key = company_key(text)
    if len(key) < 2:
        return Q(pk=None)
    return begins_with("company_key", key) | begins_with("sound_key", sound_key(key))


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


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pairs a person sees."""

    open: int
    certain: int
    apart: int


def pair_counts(user: Any) -> Counts:
    """All of them in one walk: each pair costs two look-ups."""
    rows = _pairs(user).select_related(None).order_by().values("verdict", "certain").annotate(n=Count("pk"))
    found = {(row["verdict"], row["certain"]): row["n"] for row in rows}
    of = {verdict: found.get((verdict, False), 0) + found.get((verdict, True), 0) for verdict in Verdict}
    return Counts(of[Verdict.OPEN], found.get((Verdict.OPEN, True), 0), of[Verdict.DIFFERENT])


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
    both = each_visible("one", user) & each_visible("other", user)
    return Pair.objects.filter(both).select_related("one", "other", "decided_by")


def merges_of(customer: Customer) -> QuerySet[Merge]:
    return Merge.objects.filter(survivor=customer, undone_at=None).select_related("absorbed", "merged_by")


def recent_merges(user: Any) -> QuerySet[Merge]:
    found = Merge.objects.filter(each_visible("survivor", user), undone_at=None)
    return found.select_related("survivor", "absorbed", "merged_by").order_by("-pk")


def last_run(job: str) -> Run | None:
    return Run.objects.filter(job=job).order_by("-pk").first()


def ordered(one: Customer, other: Customer) -> tuple[Customer, Customer]:
    """Who survives unless somebody chooses, and who is absorbed."""
    counts = Lead.objects.shown().filter(customer__in=(one, other)).order_by().values("customer")
    leads = {row["customer"]: row["n"] for row in counts.annotate(n=Count("pk"))}
    return better_first(one, other, leads)
