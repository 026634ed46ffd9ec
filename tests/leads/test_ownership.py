from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_won_lead, hours

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, claim_lead, release_lead
from leadloop.people.operations import deactivate


def test_a_manager_hands_a_lead_over_and_the_first_handoff_stays(cast: Cast) -> None:
    lead = a_won_lead(owner=cast.owner)
    assign_lead(lead=lead, owner=cast.teammate, actor=cast.manager, now=NOW + hours(5), reason="休假")
    lead.refresh_from_db()
    assert (lead.owner, lead.team, lead.assigned_at) == (cast.teammate, cast.key_accounts, NOW)
    row = Event.objects.filter(lead_id=lead.pk).latest("id")
    assert (row.kind, row.owner_id, row.team_id) == (Kind.ASSIGNED, cast.teammate.pk, cast.key_accounts.pk)


def test_the_team_of_a_lead_becomes_that_of_its_owner(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    assign_lead(lead=lead, owner=cast.stranger, actor=cast.ops, now=NOW)
    assert lead.team == cast.south


def test_a_manager_assigns_within_the_own_teams(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(NotAllowed):
        assign_lead(lead=lead, owner=cast.stranger, actor=cast.manager, now=NOW)


def test_a_rep_does_not_assign(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        assign_lead(lead=a_lead(owner=cast.owner), owner=cast.teammate, actor=cast.owner, now=NOW)


def test_nobody_gets_a_lead_after_leaving(cast: Cast) -> None:
    deactivate(user=cast.teammate, actor=cast.admin, now=NOW)
    with pytest.raises(DataError) as refused:
        assign_lead(lead=a_lead(owner=cast.owner), owner=cast.teammate, actor=cast.ops, now=NOW)
    assert refused.value.field == "owner"


def test_assigning_to_the_same_person_is_a_conflict(cast: Cast) -> None:
    with pytest.raises(Conflict):
        assign_lead(lead=a_lead(owner=cast.owner), owner=cast.owner, actor=cast.ops, now=NOW)


def test_of_two_who_claim_a_lead_one_gets_it(cast: Cast) -> None:
    lead = a_lead()
    first, second = Lead.objects.get(pk=lead.pk), Lead.objects.get(pk=lead.pk)
    claim_lead(lead=first, actor=cast.owner, now=NOW)
    with pytest.raises(Conflict) as refused:
        claim_lead(lead=second, actor=cast.stranger, now=NOW)
    assert refused.value.message.params["who"] == "Owner"
    assert Lead.objects.get(pk=lead.pk).owner == cast.owner


def test_released_it_can_be_claimed_by_another_team(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    release_lead(lead=lead, actor=cast.owner, now=NOW, reason="没有时间")
    assert (lead.owner, lead.team) == (None, cast.key_accounts)
    claim_lead(lead=lead, actor=cast.stranger, now=NOW)
    assert (lead.owner, lead.team) == (cast.stranger, cast.south)
    kinds = Event.objects.filter(lead_id=lead.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["registered", "assigned", "released", "assigned"]


def test_nobody_claims_what_has_an_owner(cast: Cast) -> None:
    a_lead(owner=cast.teammate, customer="同一客户")
    lead = a_lead(owner=cast.owner, customer="同一客户")
    with pytest.raises(NotAllowed):
        claim_lead(lead=lead, actor=cast.teammate, now=NOW)
    with pytest.raises(NotFound):
        claim_lead(lead=lead, actor=cast.stranger, now=NOW)
