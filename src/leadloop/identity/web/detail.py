"""The page of one customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from leadloop.customers.matching.reasons import Reason, reasons
from leadloop.customers.models import Alias, Customer
from leadloop.foundation.ui.pages import show
from leadloop.identity import queries
from leadloop.identity.models import Merge, Pair
from leadloop.identity.operations.moving import survivor_of
from leadloop.identity.permissions import get, leads_of, may_add_contact, may_merge
from leadloop.identity.queries import Dealings
from leadloop.identity.web.people import Person, people_at, user_of
from leadloop.leads.models import Lead
from leadloop.leads.web.columns import GRADE_KIND, STATE_KIND, lead_url

MOST_LEADS = 100
MOST_PAIRS = 5


@dataclass(frozen=True, slots=True)
class LeadRow:
    lead: Lead
    url: str
    kind: str
    grade_kind: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Another customer that may be this one."""

    pair: Pair
    other: Customer
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class CustomerPage:
    customer: Customer
    aliases: Sequence[Alias]
    people: Sequence[Person]
    masked: bool
    dealings: Dealings
    leads: Sequence[LeadRow]
    more_leads: int
    likely: Sequence[Likeness]
    merges: Sequence[Merge]
    may_edit: bool
    may_add: bool
    """Contacts: whoever works on one of the leads."""


@login_required
def customer(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    absorbed = Customer.objects.filter(pk=pk, merged_into__isnull=False).first()
    if absorbed is not None:
        # Links written down before the merge lead to what became of it.
        return redirect("customers:detail", get(user, survivor_of(absorbed).pk).pk)
    found = get(user, pk)
    people = people_at(user, found)
    dealings = queries.dealings(user, [pk]).get(pk, Dealings())
    page = CustomerPage(
        customer=found,
        aliases=list(found.aliases.all()),
        people=people,
        masked=any(person.masked for person in people),
        dealings=dealings,
        leads=_leads(request, found),
        more_leads=max(dealings.leads - MOST_LEADS, 0),
        likely=_likely(request, found),
        merges=list(queries.merges_of(found)),
        may_edit=may_merge(user, found),
        may_add=may_add_contact(user, found),
    )
    return show(request, "identity/detail.html", page)


def _leads(request: HttpRequest, customer: Customer) -> list[LeadRow]:
    rows = leads_of(request.user, customer).select_related("stage", "owner", "channel")
    return [
        LeadRow(lead, lead_url(lead.number), STATE_KIND[lead.state], GRADE_KIND.get(lead.grade, ""))  # type: ignore[index]
        for lead in rows.order_by("-captured_at", "-pk")[:MOST_LEADS]
    ]


def _likely(request: HttpRequest, customer: Customer) -> list[Likeness]:
    return [
        Likeness(pair, pair.other if pair.one_id == customer.pk else pair.one, reasons_of(pair))
        for pair in queries.pairs_of(request.user, customer)[:MOST_PAIRS]
    ]


def reasons_of(pair: Pair) -> tuple[Reason, ...]:
    return reasons((field, level) for field, level in pair.levels)
