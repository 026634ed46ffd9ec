"""From a request to a question that can be answered, and back to links."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import reverse

from leadloop.analysis.results import Figure
from leadloop.analysis.scope import Scope
from leadloop.foundation.errors import NotAllowed, UsageError
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.reporting import asking
from leadloop.store import scopes
from leadloop.store.snapshots import Snapshot, open_snapshot

DIMENSIONS = (("source",), ("industry", "size"), ("team",))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks, of which data."""

    scope: Scope
    snapshot: Snapshot
    by_default: bool
    """The address named no period, so that ours was taken."""
    all_columns: bool = False
    """Show those too that are there on demand."""

    def link(self, figure: Figure) -> str:
        """The lead list with exactly the leads of one figure."""
        return f"{reverse('leads:list')}?{scopes.query(replace(self.scope, dimensions=()), figure=figure)}"


def read(request: HttpRequest) -> Asked:
    """The question in the address, for this reader; raises what the reader can mend, or NotAllowed."""
    user = request.user
    assert isinstance(user, User)
    if not may(user, "analysis"):
        raise NotAllowed(msg("Your role does not include analyses."))
    snapshot = open_snapshot()
    scope = scopes.read_scope(
        request.GET,
        as_of=snapshot.as_of,
        visibility=visibility_of(user),
        zone=user.zone,
        default=asking.usual_period(snapshot, user.zone),
        process=asking.usual_process(snapshot),
    )
    _check_columns(scope, snapshot)
    return Asked(
        scope=scope,
        snapshot=snapshot,
        by_default=not request.GET.get("period"),
        all_columns=request.GET.get("columns") == "all",
    )


def _check_columns(scope: Scope, snapshot: Snapshot) -> None:
    asked = [column for dimension in scope.dimensions for column in dimension]
    asked += [item.dimension for item in scope.filters]
    available = snapshot.journeys(canonical=scope.process is None).dimensions() if asked else ()
    for column in asked:
        if column not in available:
            raise UsageError(
                msg(
                    "There is no dimension “%(name)s”. There are: %(known)s.",
                    name=column,
                    known=", ".join(available),
                ),
                field="by",
            )


def with_dimensions(scope: Scope, available: tuple[str, ...]) -> Scope:
    """The scope with the usual dimensions where it names none."""
    if scope.dimensions:
        return scope
    return replace(scope, dimensions=tuple(one for one in DIMENSIONS if set(one) <= set(available)))
