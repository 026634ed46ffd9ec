"""The search palette (Ctrl K): leads, customers and contacts that the reader may see, pages and actions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.foundation.ui.pages import part_for, show
from leadloop.leads import queries
from leadloop.leads.models import Lead, State
from leadloop.leads.search.words import fits, of_question
from leadloop.leads.web.columns import STATE_KIND, lead_url
from leadloop.people.permissions import may
from leadloop.workspace.navigation import places_for

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LIMIT = 12
SHOWN, BESIDE = 8, 4
"""Leads, and customers and contacts below them."""

ACTIONS: tuple[tuple[StrOrPromise, str, str, str], ...] = (
    (gettext_lazy("Register a new lead"), "plus", "leads:new", "register"),
    (gettext_lazy("My next actions"), "clipboard-list", "actions:own", "work"),
    (gettext_lazy("Follow-up figures"), "target", "workspace:quality", "leads"),
    (gettext_lazy("Import leads from a file"), "file-import", "imports:new", "import"),
    (gettext_lazy("My saved views"), "bookmark", "leads:views", "leads"),
    (gettext_lazy("What was done with many leads"), "history", "leads:actions", "leads"),
    (gettext_lazy("My preferences"), "adjustments", "people:preferences", ""),
)


@dataclass(frozen=True, slots=True)
class Hit:
    url: str
    icon: str
    title: str
    note: str = ""
    tag: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    text: str
    groups: tuple[Group, ...]
    more: str
    """The list of everything that fits; empty when all of it is shown."""


@login_required
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    groups = [*_found(request.user, text), *_pages(request.user, text)] if text else _pages(request.user, "")
    shown = tuple(group for group in groups if group.hits)
    full = any(len(group.hits) == SHOWN for group in shown)
    page = SearchPage(text=text, groups=shown, more=text if full else "")
    part = part_for(request, "palette-results")
    return show(request, "workspace/search_results.html" if part else "workspace/search.html", page)


def _found(user: Any, text: str) -> list[Group]:
    found = queries.find(user, text, LIMIT)
    return [
        Group(_("Leads"), tuple(_lead(lead) for lead in found.leads[:SHOWN])),
        Group(_("Customers"), tuple(_customer(lead) for lead in found.customers[:BESIDE])),
        Group(_("Contacts"), tuple(_contact(lead) for lead in found.contacts[:BESIDE])),
    ]


def _lead(lead: Lead) -> Hit:
    state = State(lead.state)
    return Hit(
        url=lead_url(lead.number),
        icon="users",
        title=lead.customer.name,
        note=lead.number,
        tag=str(state.label),
        kind=STATE_KIND.get(state, ""),
    )


def _customer(lead: Lead) -> Hit:
    note = " · ".join(part for part in (lead.industry, lead.region) if part)
    return Hit(_customer_url(lead), "building", lead.customer.name, note)


def _customer_url(lead: Lead) -> str:
    try:
        return reverse("customers:detail", args=[lead.customer_id])
    except NoReverseMatch:
        return f"{reverse('leads:list')}?{urlencode({'q': lead.customer.name})}"


def _contact(lead: Lead) -> Hit:
    assert lead.contact is not None
    name = " · ".join(part for part in (lead.contact.name, lead.contact.title) if part)
    return Hit(lead_url(lead.number), "user", name, lead.customer.name)


def _pages(user: Any, text: str) -> list[Group]:
    allowed = [entry for entry in ACTIONS if not entry[3] or may(user, entry[3])]
    actions = [(str(title), icon, view) for title, icon, view, _right in allowed]
    doable = (Hit(url, icon, title) for title, icon, view in actions if (url := _address(view)))
    places = (Hit(place.url, place.icon, place.title) for place in places_for(user))
    return [
        Group(_("Actions"), tuple(_fitting(doable, text)) if text else ()),
        Group(_("Pages"), tuple(_fitting(places, text))),
    ]


def _fitting(hits: Iterable[Hit], text: str) -> list[Hit]:
    parts = of_question(text)
    return [
        hit
        for hit in hits
        if not text or text.casefold() in hit.title.casefold() or (parts and fits(hit.title, parts))
    ]


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
