"""The list of customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from leadloop.customers.models import Alias, Customer
from leadloop.foundation.numbers import grouped
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.identity import queries
from leadloop.identity.queries import Dealings
from leadloop.identity.web.people import Person, people_of
from leadloop.leads.models import Lead
from leadloop.leads.permissions import restrict
from leadloop.people.permissions import may, visibility_of

PER_PAGE = 50
COUNT_CAP = 10_000
MOST_OWNERS = 3


@dataclass(frozen=True, slots=True)
class Row:
    customer: Customer
    names: str
    """Other names, as they stand under the first."""
    person: Person | None
    more_people: int
    dealings: Dealings
    owners: str


@dataclass(frozen=True, slots=True)
class ListPage:
    rows: Sequence[Row]
    text: str
    total: str
    pages: Pages
    may_merge: bool
    may_register: bool


@login_required
def customer_list(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:100]
    number = _page(request)
    found = queries.search(request.user, text)
    total = found.order_by()[: COUNT_CAP + 1].count()
    capped = total > COUNT_CAP
    customers = list(found[(number - 1) * PER_PAGE : number * PER_PAGE])
    page = ListPage(
        rows=_rows(request, customers),
        text=text,
        total=f"{grouped(COUNT_CAP)}+" if capped else grouped(total),
        pages=pages(number, min(total, COUNT_CAP), PER_PAGE, lambda n: _address(text, n), open_end=capped),
        may_merge=may(request.user, "work"),
        may_register=may(request.user, "register"),
    )
    return show(request, "identity/list.html", page)


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def _address(text: str, page: int) -> str:
    given = {"q": text, "page": page if page > 1 else ""}
    return "?" + urlencode({name: value for name, value in given.items() if value})


def _rows(request: HttpRequest, customers: list[Customer]) -> list[Row]:
    ids = [customer.pk for customer in customers]
    dealings = queries.dealings(request.user, ids)
    people = people_of(request.user, ids)
    names: dict[int, list[str]] = {}
    for alias in Alias.objects.filter(customer__in=ids):
        names.setdefault(alias.customer_id, []).append(alias.name)
    owners = _owners(request, ids)
    return [
        Row(
            customer=customer,
            names=", ".join(names.get(customer.pk, ())),
            person=next(iter(people.get(customer.pk, ())), None),
            more_people=max(len(people.get(customer.pk, ())) - 1, 0),
            dealings=dealings.get(customer.pk, Dealings()),
            owners=", ".join(owners.get(customer.pk, ())[:MOST_OWNERS]),
        )
        for customer in customers
    ]


def _owners(request: HttpRequest, ids: list[int]) -> dict[int, list[str]]:
    seen = restrict(Lead.objects.shown(), visibility_of(request.user)).filter(customer__in=ids)
    pairs = (
        seen.exclude(owner=None)
        .order_by("-pk")
        .values_list("customer", "owner__display_name", "owner__username")
    )
    found: dict[int, list[str]] = {}
    for customer_id, name, username in pairs:
        known = found.setdefault(customer_id, [])
        if (name or username) not in known:
            known.append(name or username)
    return found
