from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, a_won_lead, at_stage, hours, loss_reason, stage

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, Remark, State
from leadloop.leads.operations import lose_lead, move_stage, reopen_lead, win_lead
from leadloop.leads.rules import moment_on


def kinds(lead: Lead) -> list[str]:
    rows = Event.objects.filter(lead_id=lead.pk).order_by("occurred_at", "id")
    return list(rows.values_list("kind", flat=True))


def test_winning_puts_the_lead_into_the_last_stage_with_amount_and_date(cast: Cast) -> None:
    lead = at_stage(a_lead(owner=cast.owner), "negotiation")
    win_lead(
        lead=lead, amount=Decimal("180000"), actor=cast.owner, now=NOW + hours(9), closed_at=NOW + hours(8)
    )
    lead.refresh_from_db()
    assert (lead.state, lead.stage.key, lead.amount, lead.closed_at, lead.stage_since) == (
        State.WON,
        "signed",
        Decimal("180000.00"),
        NOW + hours(8),
        NOW + hours(8),
    )
    entered, won = list(Event.objects.filter(lead_id=lead.pk).order_by("id"))[-2:]
    assert (entered.kind, entered.stage_id, won.kind, won.stage_id, won.amount) == (
        Kind.STAGE,
        lead.stage_id,
        Kind.WON,
        lead.stage_id,
        Decimal("180000.00"),
    )
    assert entered.occurred_at == won.occurred_at == NOW + hours(8)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": Decimal("-1")}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal(10) ** 14}, "amount"),
        ({"amount": Decimal(1), "closed_at": NOW + hours(2)}, "closed_at"),
        ({"amount": Decimal(1), "closed_at": NOW - hours(1)}, "closed_at"),
    ],
)
def test_won_implies_an_amount_and_a_possible_date(cast: Cast, values: dict[str, object], field: str) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(DataError) as refused:
        win_lead(lead=lead, actor=cast.owner, now=NOW + hours(1), **values)
    assert refused.value.field == field
    assert kinds(lead) == ["registered", "assigned"]


def test_losing_needs_a_reason(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    with pytest.raises(DataError) as refused:
        lose_lead(lead=lead, reason=None, actor=cast.owner, now=NOW)
    assert refused.value.field == "reason"


def test_other_needs_a_note_as_first_and_as_second_reason(cast: Cast) -> None:
    lead, other, budget = a_lead(owner=cast.owner), loss_reason("other"), loss_reason("budget_frozen")
    for reasons in ({"reason": other}, {"reason": budget, "second_reason": other}):
        with pytest.raises(DataError) as refused:
            lose_lead(lead=lead, actor=cast.owner, now=NOW, **reasons)
        assert refused.value.field == "note"
    lose_lead(lead=lead, reason=other, actor=cast.owner, now=NOW, note="公司被收购")
    assert lead.state == State.LOST


def test_the_second_reason_is_another_one(cast: Cast) -> None:
    reason = loss_reason("budget_frozen")
    with pytest.raises(DataError) as refused:
        lose_lead(
            lead=a_lead(owner=cast.owner), reason=reason, second_reason=reason, actor=cast.owner, now=NOW
        )
    assert refused.value.field == "second_reason"


def test_losing_keeps_stage_reasons_and_competitor_and_the_note_beside_the_journal(cast: Cast) -> None:
    lead = at_stage(a_lead(owner=cast.owner), "proposal")
    lose_lead(
        lead=lead,
        reason=loss_reason("competition_price"),
        second_reason=loss_reason("long_decision"),
        competitor="某公司",
        note="李总说价格太高",
        actor=cast.owner,
        now=NOW + hours(1),
    )
    row = Event.objects.filter(lead_id=lead.pk).latest("id")
    assert (row.kind, row.stage_id, row.reason_id, row.second_reason_id, row.data) == (
        Kind.LOST,
        stage(lead, "proposal").pk,
        loss_reason("competition_price").pk,
        loss_reason("long_decision").pk,
        {"competitor": "某公司"},
    )
    assert Remark.objects.get(event_id=row.pk).text == "李总说价格太高"


def test_a_reopened_lost_lead_stands_where_it_was_and_the_journal_keeps_the_loss(cast: Cast) -> None:
    lead = a_lost_lead(owner=cast.owner)
    with pytest.raises(DataError):
        reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(2), reason="")
    reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(2), reason="预算批了")
    lead.refresh_from_db()
    assert (lead.state, lead.stage.key, lead.loss_reason, lead.closed_at) == (
        State.OPEN,
        "captured",
        None,
        None,
    )
    assert kinds(lead) == ["registered", "assigned", "lost", "reopened"]


def test_a_reopened_won_lead_stands_where_it_stood_before(cast: Cast) -> None:
    lead = at_stage(a_lead(owner=cast.owner), "proposal")
    win_lead(lead=lead, amount=Decimal(1), actor=cast.owner, now=NOW + hours(1))
    reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(2), reason="contract cancelled")
    assert (lead.stage.key, lead.amount) == ("proposal", None)
    move_stage(lead=lead, stage=stage(lead, "negotiation"), actor=cast.owner, now=NOW + hours(3))


def test_a_lead_won_at_once_is_reopened_in_its_first_stage(cast: Cast) -> None:
    lead = a_won_lead(owner=cast.owner)
    reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(2), reason="by mistake")
    assert lead.stage.key == "captured"


def test_it_can_be_reopened_in_another_stage_but_not_in_the_won_one(cast: Cast) -> None:
    lead = a_lost_lead(owner=cast.owner)
    with pytest.raises(DataError):
        reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(2), reason="x", stage=stage(lead, "signed"))
    reopen_lead(lead=lead, actor=cast.owner, now=NOW + hours(2), reason="x", stage=stage(lead, "need"))
    assert lead.stage.key == "need"


def test_closing_twice_is_a_conflict(cast: Cast) -> None:
    lead = a_won_lead(owner=cast.owner)
    with pytest.raises(Conflict):
        win_lead(lead=lead, amount=Decimal(1), actor=cast.owner, now=NOW + hours(3))
    with pytest.raises(Conflict):
        lose_lead(lead=lead, reason=loss_reason("need_unclear"), actor=cast.owner, now=NOW + hours(3))


@pytest.mark.parametrize("state", ["won", "lost"])
def test_the_database_itself_refuses_a_closed_lead_without_its_facts(cast: Cast, state: str) -> None:
    lead = a_lead()
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(state=state)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("today", NOW),
        ("the day it entered the stage", datetime(2026, 6, 12, 12, 0, tzinfo=UTC)),
        ("a day between", datetime(2026, 6, 13, 10, 0, tzinfo=UTC)),
    ],
)
def test_a_bare_day_becomes_a_moment_that_fits_into_the_history(day: str, expected: datetime) -> None:
    entered = datetime(2026, 6, 12, 12, 0, tzinfo=UTC)
    days = {
        "today": NOW,
        "the day it entered the stage": entered,
        "a day between": entered + timedelta(days=1),
    }
    moment = moment_on(days[day].date(), zone="Asia/Shanghai", now=NOW, not_before=entered)
    assert moment == expected
