"""The leads behind a figure of an analysis page."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest

from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.people.permissions import visibility_of
from leadloop.store import scopes


@dataclass(frozen=True, slots=True)
class Banner:
    count: int
    """Exactly what the figure said."""
    leave: str
    """The same list without the figure."""


def restrict(
    request: HttpRequest, leads: QuerySet[Lead], *, zone: str, leave: str
) -> tuple[QuerySet[Lead], Banner]:
    # The engine is loaded only where a figure is opened: the list itself never needs it.
    from leadloop import analysis
    from leadloop.store.snapshots import open_snapshot

    snapshot = open_snapshot()
    figure = scopes.read_figure(request.GET)
    assert figure is not None
    scope = scopes.read_scope(
        request.GET, as_of=snapshot.as_of, visibility=visibility_of(request.user), zone=zone
    )
    journeys = snapshot.journeys(canonical=scope.process is None)
    ids = analysis.lead_ids(journeys, scope=scope, figure=figure).to_pylist()
    return queries.by_ids(leads, ids), Banner(count=len(ids), leave=leave)
