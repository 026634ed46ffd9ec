"""A new lead of a customer that somebody else works with is held until a manager decides."""

from __future__ import annotations

import pytest
from tests.assignment.desk import arrives, pool_rules
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours, loss_reason

from leadloop.assignment.models import ConflictCase, ConflictState
from leadloop.assignment.operations import assign_many, claim, decide, sweep
from leadloop.assignment.permissions import cases_of
from leadloop.assignment.queries import waiting
from leadloop.foundation.errors import Conflict, DataError, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, Remark, State
from leadloop.leads.operations import assign_lead, lose_lead


def a_case(cast: Cast) -> ConflictCase:
    a_lead(owner=cast.owner, customer="同一客户")
    arrives("同一客户", actor=cast.stranger, now=NOW + hours(1))
    return ConflictCase.objects.get()


def owners() -> set[str]:
    rows = Lead.objects.filter(customer__name="同一客户", state=State.OPEN)
    return {str(name) for name in rows.values_list("owner__username", flat=True)}


def test_the_new_lead_is_held_and_nobody_gets_it(cast: Cast) -> None:
    case = a_case(cast)
    assert (case.challenger, case.holder, case.state) == (cast.stranger, cast.owner, ConflictState.OPEN)
    assert case.lead.owner is None
    kinds = Event.objects.filter(lead_id=case.lead_id).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["registered", "assigned", "released"]
    assert not any(waiting.leads_on(s, cast.ops).exists() for s in waiting.shelves(cast.ops))
    for user in (cast.owner, cast.stranger):
        with pytest.raises((Conflict, NotFound)):
            claim(lead=case.lead, actor=user, now=NOW + hours(2))
    assert assign_many(lead_ids=[case.lead_id], now=NOW) == 0


def test_both_managers_see_it_and_nobody_else(cast: Cast) -> None:
    case = a_case(cast)
    see = {name for name, user in cast.everybody().items() if cases_of(user).filter(pk=case.pk).exists()}
    assert see == {"manager", "other_manager", "ops"}


@pytest.mark.parametrize("winner", ["owner", "stranger"])
def test_a_manager_decides_and_one_person_answers_for_the_customer(cast: Cast, winner: str) -> None:
    case = a_case(cast)
    person = getattr(cast, winner)
    decide(case=case, winner=person, actor=cast.other_manager, now=NOW + hours(3), reason="先登记")
    assert owners() == {winner}
    case.refresh_from_db()
    assert (case.state, case.winner, case.decided_by) == (ConflictState.DECIDED, person, cast.other_manager)
    row = Event.objects.filter(lead_id=case.lead_id).latest("id")
    assert (row.kind, row.data, row.actor_id) == ("assigned", {"how": "conflict"}, cast.other_manager.pk)
    assert Remark.objects.get(event_id=row.pk).text == "先登记"


def test_of_two_managers_the_second_is_told_who_was_first(cast: Cast) -> None:
    case = a_case(cast)
    again = ConflictCase.objects.get(pk=case.pk)
    decide(case=case, winner=cast.owner, actor=cast.manager, now=NOW, reason="老客户")
    with pytest.raises(Conflict) as refused:
        decide(case=again, winner=cast.stranger, actor=cast.other_manager, now=NOW, reason="新需求")
    assert "Manager has decided already" in str(refused.value)
    assert owners() == {"owner"}


def test_a_decision_needs_a_reason_and_one_of_the_two(cast: Cast) -> None:
    case = a_case(cast)
    for winner, reason in (
        (cast.owner, " "),
        (cast.teammate, "为了公平"),
        (cast.owner, "号码 11010519491231002X"),
    ):
        with pytest.raises(DataError):
            decide(case=case, winner=winner, actor=cast.ops, now=NOW, reason=reason)
    with pytest.raises(NotFound):
        decide(case=case, winner=cast.owner, actor=cast.owner, now=NOW, reason="我的")
    assert case.lead.owner is None


def test_once_the_other_lead_is_closed_the_case_settles_itself(cast: Cast) -> None:
    case = a_case(cast)
    sweep(now=NOW + hours(2))
    assert owners() == {"owner", "None"}
    lose_lead(
        lead=case.held_against, reason=loss_reason("budget_too_small"), actor=cast.owner, now=NOW + hours(3)
    )
    assert sweep(now=NOW + hours(4)).settled == 1
    assert owners() == {"stranger"}
    case.refresh_from_db()
    assert case.state == ConflictState.SETTLED
    assert sweep(now=NOW + hours(5)).settled == 0


def test_assigning_the_held_lead_by_hand_decides_too(cast: Cast) -> None:
    case = a_case(cast)
    assign_lead(lead=case.lead, owner=cast.owner, actor=cast.ops, now=NOW + hours(2))
    case.refresh_from_db()
    assert (case.state, case.winner, case.decided_by) == (ConflictState.DECIDED, cast.owner, cast.ops)


def test_no_conflict_with_oneself_with_closed_leads_or_where_the_policy_has_none(cast: Cast) -> None:
    a_lead(owner=cast.owner, customer="自己的")
    assert arrives("自己的", actor=cast.owner).owner == cast.owner
    a_lost_lead(owner=cast.owner, customer="已流失")
    assert arrives("已流失", actor=cast.stranger).owner == cast.stranger
    from leadloop.process.operations import publish_policies
    from leadloop.process.queries import default_process

    publish_policies(process=default_process(), changes={"conflict": {"hold": False}}, actor=None, now=NOW)
    a_lead(owner=cast.owner, customer="不管")
    assert arrives("不管", actor=cast.stranger).owner == cast.stranger
    assert not ConflictCase.objects.exists()
    pool_rules()
