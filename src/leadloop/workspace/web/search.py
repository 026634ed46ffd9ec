"""The search palette (Ctrl K): leads and customers the reader may see, and pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from leadloop.foundation.ui.pages import part_for, show
from leadloop.leads import queries
from leadloop.leads.models import State
from leadloop.leads.web.columns import STATE_KIND, lead_url
from leadloop.workspace.navigation import NavItem, places_for

LIMIT = 12


@dataclass(frozen=True, slots=True)
class Hit:
    url: str
    customer: str
    number: str
    stage: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    text: str
    hits: tuple[Hit, ...]
    places: tuple[NavItem, ...]
    more: str
    """The list of everything that fits; empty when all of it is shown."""


@login_required
def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    places = tuple(
        place for place in places_for(request.user) if not text or text.casefold() in place.title.casefold()
    )
    hits = tuple(_hits(request.user, text)) if text else ()
    page = SearchPage(text=text, hits=hits, places=places, more=text if len(hits) == LIMIT else "")
    part = part_for(request, "palette-results")
    return show(request, "workspace/search_results.html" if part else "workspace/search.html", page)


def _hits(user: object, text: str) -> list[Hit]:
    return [
        Hit(
            url=lead_url(lead.number),
            customer=lead.customer.name,
            number=lead.number,
            stage=lead.stage.name,
            state=str(State(lead.state).label),
            kind=STATE_KIND.get(State(lead.state), ""),
        )
        for lead in queries.search(user, text, LIMIT)
    ]
