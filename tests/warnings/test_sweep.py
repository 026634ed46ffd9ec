"""Warnings come and go with what happens and with time; the sweep may run as often as one likes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, at_stage, hours, loss_reason, stage
from tests.warnings.things import a_worked_lead, contact, days, open_rules, rules_at

from leadloop.actions.operations import Planned, do, drop, plan
from leadloop.chain.operations import MemberFacts, add
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, lose_lead, move_stage, release_lead
from leadloop.notices.models import Notice
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process
from leadloop.warnings import quotations
from leadloop.warnings.models import Alert, Progress, StageLimit
from leadloop.warnings.operations import look, snooze, sweep
from leadloop.warnings.queries import of_lead, open_for

pytestmark = pytest.mark.django_db
FOLLOWED = pytest.mark.django_db(transaction=True)
"""Readers of the journal see on PostgreSQL only what is committed."""


@pytest.fixture(autouse=True)
def _the_clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadloop.foundation.clock.now", lambda: NOW)


def test_a_customer_who_does_not_reply_for_fourteen_days_is_warned_of(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    plan(lead=lead, facts=Planned(due_at=NOW + days(60)), actor=cast.owner, now=NOW)

    assert "silent" not in rules_at(lead, NOW + days(13.9))
    assert "silent" in rules_at(lead, NOW + days(14))


@FOLLOWED
def test_a_call_that_nobody_answered_is_no_reply(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    contact(lead, cast.owner, NOW + days(10), mood="silent")

    assert "silent" in rules_at(lead, NOW + days(15))
    assert Alert.objects.get(lead=lead, rule="silent").anchor == NOW

    contact(lead, cast.owner, NOW + days(15), mood="hesitant")
    assert "silent" not in rules_at(lead, NOW + days(15))
    assert "silent" in rules_at(lead, NOW + days(29))


def test_when_nobody_ever_answered_the_first_attempt_counts(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner, mood="silent")
    contact(lead, cast.owner, NOW + days(10), mood="silent")

    assert "silent" in rules_at(lead, NOW + days(14))


def test_too_long_in_a_stage_by_twice_what_is_expected_while_few_were_won(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    at_stage(lead, "need", now=NOW)

    assert "stage" not in rules_at(lead, NOW + days(13.9))
    assert "stage" in rules_at(lead, NOW + days(14))
    assert Alert.objects.get(lead=lead, rule="stage").facts == {"limit": 14.0}


def test_too_long_in_a_stage_by_what_won_leads_needed_once_enough_were_won(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    at_stage(lead, "need", now=NOW)
    few = StageLimit.objects.create(
        process_id=lead.process_id, stage_key="need", days=5, won=29, computed_at=NOW
    )
    assert "stage" not in rules_at(lead, NOW + days(6))

    few.won = 30
    few.save()

    assert "stage" in rules_at(lead, NOW + days(6))


def test_negotiation_without_a_decision_maker_met(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    at_stage(lead, "negotiation", now=NOW)
    assert "decision_maker" in rules_at(lead, NOW)

    boss = add(
        lead=lead, facts=MemberFacts(name="赵总", role="decision_maker"), actor=cast.owner, now=NOW + hours(1)
    )
    assert "decision_maker" in rules_at(lead, NOW + hours(1)), "known is not met"

    boss.met_at = NOW + hours(2)
    boss.save()
    assert "decision_maker" not in rules_at(lead, NOW + hours(2))


def test_a_follow_up_with_the_decision_maker_is_a_meeting(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    at_stage(lead, "negotiation", now=NOW)
    add(
        lead=lead,
        facts=MemberFacts(contact=lead.contact, role="decision_maker"),
        actor=cast.owner,
        now=NOW,
    )
    assert "decision_maker" in rules_at(lead, NOW)

    assert lead.contact_id is not None
    contact(lead, cast.owner, NOW + hours(1), mood="silent", contacts=(lead.contact_id,))
    assert "decision_maker" in rules_at(lead, NOW + hours(1)), "nobody answered"

    contact(lead, cast.owner, NOW + hours(2), contacts=(lead.contact_id,))
    assert "decision_maker" not in rules_at(lead, NOW + hours(2))


def test_a_next_action_that_is_missing_or_overdue(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner, grade="A")
    assert "no_action" not in rules_at(lead, NOW + hours(23))
    assert "no_action" in rules_at(lead, NOW + hours(24))

    action = plan(
        lead=lead, facts=Planned(due_at=NOW + days(2), has_time=True), actor=cast.owner, now=NOW + days(1)
    )
    assert not rules_at(lead, NOW + days(2.9)) & {"no_action", "overdue"}
    assert "overdue" in rules_at(lead, NOW + days(3))

    do(action=action, actor=cast.owner, now=NOW + days(3))
    look([lead.pk], now=NOW + days(3))
    assert "overdue" not in open_rules(lead)
    assert "no_action" in open_rules(lead)


def test_a_grade_without_cadence_needs_no_next_action(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner, grade="C")

    assert "no_action" not in rules_at(lead, NOW + days(5))


def test_quotations_are_none_until_somebody_knows_them(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = a_worked_lead(cast.owner)
    assert not quotations.known()
    assert "quotations" not in rules_at(lead, NOW + hours(1))

    sent = [NOW, NOW + days(5), NOW + days(13)]
    monkeypatch.setattr(quotations, "_quoted", lambda ids: {lead.pk: sent} if lead.pk in ids else {})

    look([lead.pk], now=NOW + days(12))
    assert "quotations" not in open_rules(lead)
    look([lead.pk], now=NOW + days(13))
    assert "quotations" in open_rules(lead)
    look([lead.pk], now=NOW + days(14))
    assert "quotations" not in open_rules(lead), "the first one is fourteen days old"


@FOLLOWED
def test_who_has_no_owner_or_is_closed_is_not_warned_of(cast: Cast) -> None:
    lost, pooled, waiting = a_worked_lead(cast.owner), a_worked_lead(cast.owner), a_lead(owner=cast.owner)
    sweep(now=NOW + days(15))
    assert open_rules(lost)
    assert open_rules(pooled)
    assert not open_rules(waiting), "first contact is a matter of the clocks"

    lose_lead(lead=_fresh(lost), reason=loss_reason("no_reply"), actor=None, now=NOW + days(15))
    release_lead(lead=_fresh(pooled), actor=None, now=NOW + days(15))
    sweep(now=NOW + days(15))

    assert not open_rules(lost)
    assert not open_rules(pooled)


def test_a_change_of_owner_ends_nothing(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    sweep(now=NOW + days(15))
    before = list(Alert.objects.order_by("id").values())

    assign_lead(lead=_fresh(lead), owner=cast.teammate, actor=None, now=NOW + days(15))
    sweep(now=NOW + days(15))

    assert list(Alert.objects.order_by("id").values()) == before
    assert {alert.lead_id for alert in open_for(cast.teammate, NOW + days(15))} == {lead.pk}


def test_swept_twice_is_swept_once(cast: Cast) -> None:
    for _ in range(3):
        a_worked_lead(cast.owner)
    sweep(now=NOW)
    sweep(now=NOW + days(15))
    rows, notices = list(Alert.objects.order_by("id").values()), Notice.objects.count()

    again = sweep(now=NOW + days(15))

    assert again.written == again.told == 0
    assert list(Alert.objects.order_by("id").values()) == rows
    assert Notice.objects.count() == notices


def test_a_pass_goes_on_where_a_killed_worker_left_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    leads = [a_worked_lead(cast.owner) for _ in range(5)]
    sweep(now=NOW)
    monkeypatch.setattr("leadloop.warnings.operations.sweeping.CHUNK", 2)
    seen: list[int] = []
    real = look

    def dies(ids: list[int], **rest: object) -> int:
        if seen:
            raise KeyboardInterrupt
        seen.extend(ids)
        return real(ids, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr("leadloop.warnings.operations.sweeping.look", dies)
    with pytest.raises(KeyboardInterrupt):
        sweep(now=NOW + days(15))
    monkeypatch.setattr("leadloop.warnings.operations.sweeping.look", real)
    done = {lead.pk for lead in leads if open_rules(lead)}
    assert done == set(seen)

    swept = sweep(now=NOW + days(15))

    assert all(open_rules(lead) for lead in leads)
    assert swept.looked_at == 3, "those that were done are not gone through again"


def test_time_is_followed_once_an_hour(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    sweep(now=NOW + days(14) - hours(0.5))
    assert "silent" not in rules_at(lead, NOW + days(14) + hours(0.4))
    assert "silent" in rules_at(lead, NOW + days(14) + hours(0.5))


def test_another_policy_holds_for_every_lead_at_once(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    assert "silent" in rules_at(lead, NOW + days(14))

    rules = {**default_process().versions.latest("number").policies["warnings"], "silent_days": 30}
    publish_policies(process=default_process(), changes={"warnings": rules}, actor=None, now=NOW)

    assert "silent" not in rules_at(lead, NOW + days(14))
    assert "silent" in rules_at(lead, NOW + days(30))
    assert Alert.objects.filter(lead=lead, rule="silent").count() == 1, "the same occasion"


def test_what_comes_back_from_the_same_beginning_is_the_same_warning(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner, grade="A")
    sweep(now=NOW + days(1))
    alert = Alert.objects.get(lead=lead, rule="no_action")
    snooze(alert=alert, until=NOW + days(9), actor=cast.owner, now=NOW + days(1))
    action = plan(lead=lead, facts=Planned(due_at=NOW + days(3)), actor=cast.owner, now=NOW + days(1))
    look([lead.pk], now=NOW + days(1))
    alert.refresh_from_db()
    assert alert.ended_at is not None

    drop(action=action, reason="", actor=cast.owner, now=NOW + days(2))
    sweep(now=NOW + days(2) + hours(1))

    alert.refresh_from_db()
    assert alert.ended_at is None
    assert alert.snoozed_until == NOW + days(9)
    assert "no_action" not in {one.rule for one in of_lead(lead, NOW + days(2))}


def test_owners_hear_of_new_warnings_once_and_not_of_those_found_at_the_beginning(cast: Cast) -> None:
    old = a_worked_lead(cast.owner)
    sweep(now=NOW + days(15))
    assert open_rules(old)
    assert not _told(cast)

    new = a_worked_lead(cast.owner, at=NOW + days(15))
    sweep(now=NOW + days(29))

    assert sorted(_told(cast)) == [
        "In this stage for %(days)s days; expected at most %(limit)s",
        "No reply for %(days)s days",
    ]
    assert {row.link for row in Notice.objects.filter(kind="warning")} == {f"/leads/{new.number}/"}
    sweep(now=NOW + days(31))
    assert len(_told(cast)) == 2


def test_many_new_warnings_are_one_notice(cast: Cast) -> None:
    sweep(now=NOW)
    for _ in range(4):
        a_worked_lead(cast.owner)
    sweep(now=NOW + days(14))

    assert _told(cast) == ["%(count)s new warnings about your leads"]


@FOLLOWED
def test_going_back_to_an_earlier_stage_is_another_occasion(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    at_stage(lead, "need", now=NOW)
    sweep(now=NOW + days(15))
    first = Alert.objects.get(lead=lead, rule="stage")

    moved = _fresh(lead)
    move_stage(lead=moved, stage=stage(moved, "screened"), actor=None, now=NOW + days(15), reason="again")
    sweep(now=NOW + days(15))
    assert "stage" not in open_rules(lead)
    sweep(now=NOW + days(20))

    assert Alert.objects.get(lead=lead, rule="stage", ended_at=None).pk != first.pk


def test_a_warning_ends_with_what_it_warned_of_and_not_a_minute_later(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    silent, aimless = a_worked_lead(cast.owner), a_worked_lead(cast.owner, grade="A")
    then = NOW + days(15)
    sweep(now=then)
    assert "silent" in open_rules(silent)
    assert "no_action" in open_rules(aimless)
    monkeypatch.setattr("leadloop.foundation.clock.now", lambda: then)

    with django_capture_on_commit_callbacks(execute=True):
        contact(silent, cast.owner, then)
        plan(lead=aimless, facts=Planned(due_at=then + days(2)), actor=cast.owner, now=then)

    assert "silent" not in open_rules(silent)
    assert "no_action" not in open_rules(aimless)


def test_a_call_that_nobody_answers_does_not_end_the_silence(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    lead, then = a_worked_lead(cast.owner), NOW + days(15)
    sweep(now=then)
    monkeypatch.setattr("leadloop.foundation.clock.now", lambda: then)

    with django_capture_on_commit_callbacks(execute=True):
        contact(lead, cast.owner, then, mood="silent")

    assert "silent" in open_rules(lead)


@FOLLOWED
def test_the_journal_is_followed_without_waiting_for_the_hour(cast: Cast) -> None:
    lead = a_worked_lead(cast.owner)
    sweep(now=NOW)
    moved = at_stage(_fresh(lead), "negotiation", now=NOW + hours(0.1))

    sweep(now=NOW + hours(0.2))

    assert open_rules(moved) == {"decision_maker"}
    assert Progress.objects.get().passed_at == NOW


def _fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def _told(cast: Cast) -> list[str]:
    return [
        row.message["text"] for row in Notice.objects.filter(user=cast.owner, kind="warning").order_by("id")
    ]
