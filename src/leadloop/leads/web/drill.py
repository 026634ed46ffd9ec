"""The leads behind a figure of an analysis page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from leadloop.analysis.results import Figure
from leadloop.analysis.scope import Scope
from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.people.permissions import visibility_of
from leadloop.process.models import Stage
from leadloop.store import scopes


@dataclass(frozen=True, slots=True)
class Banner:
    count: int
    """Exactly what the figure said."""
    what: str
    """What the figure counts, in words."""
    leave: str
    """The same list without the figure."""


def restrict(
    request: HttpRequest, asked: QueryDict, leads: QuerySet[Lead], *, zone: str, leave: str
) -> tuple[QuerySet[Lead], Banner]:
    # The engine is loaded only where a figure is opened: the list itself never needs it.
    from leadloop import analysis
    from leadloop.store.snapshots import open_snapshot

    snapshot = open_snapshot()
    figure = scopes.read_figure(asked)
    assert figure is not None
    scope = scopes.read_scope(asked, as_of=snapshot.as_of, visibility=visibility_of(request.user), zone=zone)
    journeys = snapshot.journeys(canonical=scope.process is None)
    ids = analysis.lead_ids(journeys, scope=scope, figure=figure).to_pylist()
    return queries.by_ids(leads, ids), Banner(count=len(ids), what=describe(figure, scope), leave=leave)


_WORDS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "leads": lambda stage: _("captured"),
        "deals": lambda stage: _("won"),
        "open": lambda stage: _("still in %(stage)s") % {"stage": stage} if stage else _("still open"),
        "lost_all": lambda stage: _("lost"),
        "entered": lambda stage: _("entered %(stage)s") % {"stage": stage},
        "advanced": lambda stage: _("advanced from %(stage)s") % {"stage": stage},
        "lost": lambda stage: _("lost in %(stage)s") % {"stage": stage},
        "returned": lambda stage: _("went back from %(stage)s") % {"stage": stage},
        "skipped": lambda stage: _("skipped %(stage)s") % {"stage": stage},
        "reason": lambda stage: _("lost in %(stage)s for one reason") % {"stage": stage},
    }
)


def describe(figure: Figure, scope: Scope) -> str:
    period = scope.compare if figure.of == "compare" else scope.period
    words = _WORDS[figure.what](_stage_name(figure, scope))
    return " · ".join([*([str(period)] if period else []), words])


def _stage_name(figure: Figure, scope: Scope) -> str:
    """Of the newest version; a canonical step, without a process, as the general one calls it."""
    if figure.stage is None:
        return ""
    found = Stage.objects.filter(key=figure.stage)
    if scope.process:
        found = found.filter(version__process__key=scope.process)
    stage = found.order_by("version__process_id", "-version__number").first()
    return stage.name if stage else figure.stage
