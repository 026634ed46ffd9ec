"""What follows for ownership when something has happened to a lead, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

from leadloop.analysis.tables import Kind
from leadloop.assignment.operations import conflicts
from leadloop.assignment.operations.assigning import assign_new
from leadloop.assignment.operations.telling import tell_one_given
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead, State


def react(lead: Lead, happened: Sequence[NewEvent]) -> None:
    """A new lead is given to somebody; one that two people want is held."""
    by_kind = {one.kind: one for one in happened}
    if (registered := by_kind.get(Kind.REGISTERED)) is not None:
        _new(lead, registered)
    elif (given := by_kind.get(Kind.ASSIGNED)) is not None:
        if given.data.get("how") == "assigned":
            conflicts.given_by_hand(lead=lead, actor_id=given.actor_id, now=given.recorded_at)
        tell_one_given(lead, actor_id=given.actor_id, now=given.recorded_at)


def _new(lead: Lead, registered: NewEvent) -> None:
    now = registered.recorded_at
    if lead.state != State.OPEN:
        return
    if lead.owner_id is not None:
        if registered.actor_id is not None and conflicts.hold(lead=lead, now=now) is None:
            tell_one_given(lead, actor_id=registered.actor_id, now=now)
    elif not registered.data.get("to_pool"):
        assign_new(lead=lead, now=now)
