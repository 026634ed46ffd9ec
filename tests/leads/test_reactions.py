"""What follows from what happened to a lead follows in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.cast import Cast
from tests.factories import NOW

from leadloop.analysis.tables import Kind
from leadloop.journal.events import NewEvent
from leadloop.journal.models import Event
from leadloop.leads import events
from leadloop.leads.models import Lead
from leadloop.leads.operations import LeadFacts, register_lead


@pytest.fixture
def reactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_reactions", [])


def test_reactions_come_in_their_order_and_once_each(cast: Cast, reactions: None) -> None:
    seen: list[tuple[str, str, list[Kind]]] = []

    def second(lead: Lead, happened: Sequence[NewEvent]) -> None:
        seen.append(("second", lead.number, [one.kind for one in happened]))

    def first(lead: Lead, happened: Sequence[NewEvent]) -> None:
        seen.append(("first", lead.number, [one.kind for one in happened]))

    events.subscribe(second, order=20)
    events.subscribe(first, order=10)
    events.subscribe(first, order=10)
    lead = register_lead(facts=LeadFacts(customer="甲公司"), actor=cast.owner, now=NOW)
    kinds = [Kind.REGISTERED, Kind.ASSIGNED]
    assert seen == [("first", lead.number, kinds), ("second", lead.number, kinds)]


def test_a_reaction_that_fails_leaves_nothing_behind(cast: Cast, reactions: None) -> None:
    def fails(lead: Lead, happened: Sequence[NewEvent]) -> None:
        raise RuntimeError

    events.subscribe(fails, order=1)
    with pytest.raises(RuntimeError):
        register_lead(facts=LeadFacts(customer="甲公司"), actor=cast.owner, now=NOW)
    assert not Lead.objects.exists()
    assert not Event.objects.exists()
