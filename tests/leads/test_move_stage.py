from __future__ import annotations

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours, loss_reason, stage

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, Remark
from leadloop.leads.operations import lose_lead, move_stage


def test_the_next_stage_needs_no_reason(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    move_stage(lead=lead, stage=stage(lead, "screened"), actor=cast.owner, now=NOW + hours(5))
    lead.refresh_from_db()
    assert (lead.stage.key, lead.stage_since) == ("screened", NOW + hours(5))
    row = Event.objects.filter(lead_id=lead.pk).latest("id")
    assert (row.kind, row.stage_id, row.actor, row.occurred_at, row.data) == (
        Kind.STAGE,
        lead.stage_id,
        cast.owner,
        NOW + hours(5),
        {"how": "forward"},
    )


@pytest.mark.parametrize(("target", "how"), [("proposal", "skip"), ("captured", "back")])
def test_skipping_and_going_back_need_a_reason_which_stays_out_of_the_journal(
    cast: Cast, target: str, how: str
) -> None:
    lead = a_lead(owner=cast.owner)
    move_stage(lead=lead, stage=stage(lead, "screened"), actor=cast.owner, now=NOW)
    with pytest.raises(DataError) as refused:
        move_stage(lead=lead, stage=stage(lead, target), actor=cast.owner, now=NOW, reason=" ")
    assert refused.value.field == "reason"
    move_stage(lead=lead, stage=stage(lead, target), actor=cast.owner, now=NOW, reason="李总 asked for it")
    row = Event.objects.filter(lead_id=lead.pk).latest("id")
    assert row.data == {"how": how}
    assert Remark.objects.get(event_id=row.pk).text == "李总 asked for it"


def test_a_process_may_forbid_to_skip(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    lead.version.policies = lead.version.policies | {"moves": {"skip": False, "back": True}}
    lead.version.save()
    with pytest.raises(DataError) as refused:
        move_stage(lead=lead, stage=stage(lead, "need"), actor=cast.owner, now=NOW, reason="in a hurry")
    assert refused.value.field == "stage"


def test_the_won_stage_is_entered_by_winning_only(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(DataError):
        move_stage(lead=lead, stage=stage(lead, "signed"), actor=cast.owner, now=NOW, reason="done")


def test_history_has_one_order(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    move_stage(lead=lead, stage=stage(lead, "screened"), actor=cast.owner, now=NOW + hours(5))
    for wrong in (NOW + hours(4), NOW + hours(9)):
        with pytest.raises(DataError) as refused:
            move_stage(
                lead=lead, stage=stage(lead, "need"), actor=cast.owner, now=NOW + hours(8), occurred_at=wrong
            )
        assert refused.value.field == "occurred_at"


def test_of_two_who_move_a_lead_at_once_one_is_told_who_was_faster(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    mine, theirs = Lead.objects.get(pk=lead.pk), Lead.objects.get(pk=lead.pk)
    move_stage(lead=theirs, stage=stage(lead, "screened"), actor=cast.manager, now=NOW)
    with pytest.raises(Conflict) as refused:
        move_stage(lead=mine, stage=stage(lead, "screened"), actor=cast.owner, now=NOW)
    assert refused.value.message.params["who"] == "Manager"
    assert str(refused.value.message.params["what"]) == "stage changed"
    assert Event.objects.filter(lead_id=lead.pk, kind=Kind.STAGE).count() == 1


def test_a_lead_changed_twice_within_one_tick_of_the_clock_is_still_told_apart(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    stale = Lead.objects.get(pk=lead.pk)
    move_stage(lead=lead, stage=stage(lead, "screened"), actor=cast.owner, now=NOW)
    move_stage(lead=lead, stage=stage(lead, "captured"), actor=cast.owner, now=NOW, reason="by mistake")
    with pytest.raises(Conflict):
        lose_lead(lead=stale, reason=loss_reason("need_unclear"), actor=cast.owner, now=NOW)


def test_a_closed_lead_does_not_move(cast: Cast) -> None:
    lead = a_lost_lead(owner=cast.owner)
    with pytest.raises(Conflict) as refused:
        move_stage(
            lead=lead, stage=stage(lead, "need"), actor=cast.owner, now=NOW + hours(2), reason="why not"
        )
    assert str(refused.value) == "The lead is lost. Reopen it first."


def test_a_teammate_with_a_lead_of_the_same_customer_sees_it_but_may_not_move_it(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, customer="同一客户")
    a_lead(owner=cast.teammate, customer="同一客户")
    with pytest.raises(NotAllowed):
        move_stage(lead=lead, stage=stage(lead, "screened"), actor=cast.teammate, now=NOW)


def test_for_a_stranger_the_lead_does_not_exist(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(NotFound):
        move_stage(lead=lead, stage=stage(lead, "screened"), actor=cast.stranger, now=NOW)
