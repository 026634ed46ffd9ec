"""Every verb in every state: what the table says is what the operations do."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, a_won_lead, hours, loss_reason, stage

from leadloop.foundation.errors import Conflict
from leadloop.journal.models import Event
from leadloop.leads import operations
from leadloop.leads.lifecycle import MOVES, Verb, after, why_not
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import WHO, may

LATER = NOW + hours(6)


def in_state(state: State, cast: Cast) -> Lead:
    """A lead in a state, brought there by operations; merging comes with duplicates."""
    if state == State.WON:
        return a_won_lead(owner=cast.owner)
    if state == State.LOST:
        return a_lost_lead(owner=cast.owner)
    lead = a_lead(owner=cast.owner)
    if state == State.INVALID:
        operations.invalidate_lead(lead=lead, reason="test", actor=None, now=NOW)
    elif state == State.WITHDRAWN:
        operations.withdraw_lead(lead=lead, actor=None, now=NOW)
    elif state == State.MERGED:
        Lead.objects.filter(pk=lead.pk).update(state=State.MERGED)
        lead.refresh_from_db()
    return lead


DO: dict[Verb, Callable[[Lead, Cast], Any]] = {
    Verb.EDIT: lambda lead, _: operations.edit_lead(lead=lead, changes={"grade": "A"}, actor=None, now=LATER),
    Verb.ASSIGN: lambda lead, cast: operations.assign_lead(
        lead=lead, owner=cast.teammate, actor=None, now=LATER
    ),
    Verb.RELEASE: lambda lead, _: operations.release_lead(lead=lead, actor=None, now=LATER),
    Verb.FOLLOW_UP: lambda lead, _: operations.log_follow_up(lead=lead, actor=None, now=LATER),
    Verb.MOVE: lambda lead, _: operations.move_stage(
        lead=lead, stage=stage(lead, "need"), actor=None, now=LATER, reason="x"
    ),
    Verb.WIN: lambda lead, _: operations.win_lead(lead=lead, amount=Decimal(1), actor=None, now=LATER),
    Verb.LOSE: lambda lead, _: operations.lose_lead(
        lead=lead, reason=loss_reason("need_unclear"), actor=None, now=LATER
    ),
    Verb.REOPEN: lambda lead, _: operations.reopen_lead(lead=lead, actor=None, now=LATER, reason="x"),
    Verb.INVALIDATE: lambda lead, _: operations.invalidate_lead(
        lead=lead, reason="test", actor=None, now=LATER
    ),
    Verb.VALIDATE: lambda lead, _: operations.validate_lead(lead=lead, actor=None, now=LATER),
    Verb.WITHDRAW: lambda lead, _: operations.withdraw_lead(lead=lead, actor=None, now=LATER),
}


def test_every_verb_has_its_place_in_every_table() -> None:
    assert set(MOVES) == set(WHO) == {*DO, Verb.CLAIM} == set(Verb)


# Claiming needs a lead without owner: it has its own test below.
@pytest.mark.parametrize(
    ("state", "verb"), list(product(State, [v for v in Verb if v != Verb.CLAIM])), ids=str
)
def test_the_operation_does_what_the_table_says(cast: Cast, state: State, verb: Verb) -> None:
    lead = in_state(state, cast)
    rows = Event.objects.count()
    if why_not(state, verb) is None:
        DO[verb](lead, cast)
        lead.refresh_from_db()
        assert lead.state == after(state, verb)
        assert Event.objects.count() > rows
    else:
        with pytest.raises(Conflict):
            DO[verb](lead, cast)
        lead.refresh_from_db()
        assert (lead.state, Event.objects.count()) == (state, rows)


@pytest.mark.parametrize("state", [State.OPEN, State.WON, State.LOST])
def test_only_open_leads_are_claimed(cast: Cast, state: State) -> None:
    lead = in_state(state, cast)
    Lead.objects.filter(pk=lead.pk).update(owner=None)
    lead.refresh_from_db()
    assert bool(may(cast.stranger, Verb.CLAIM, lead)) is (state == State.OPEN)
    if state == State.OPEN:
        operations.claim_lead(lead=lead, actor=cast.stranger, now=LATER)
    else:
        with pytest.raises(Conflict):
            operations.claim_lead(lead=lead, actor=cast.stranger, now=LATER)
