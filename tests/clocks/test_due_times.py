"""When something is due: by the journal, the policy and the calendar, through every door."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.clocks.things import at, cadence_due, check_recomputed, first_due, policy, shown, timing_of
from tests.factories import a_lead, loss_reason

from leadloop.clocks import planned
from leadloop.clocks.models import FirstResponse, Timing
from leadloop.clocks.operations import CalendarFacts, SpecialDay, follow, recompute_many, save_calendar
from leadloop.clocks.queries import basis, clocks_of, due_between, late, next_contact
from leadloop.clocks.rules import ClockKind
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead, State
from leadloop.leads.operations import (
    assign_lead,
    claim_lead,
    edit_lead,
    invalidate_lead,
    log_follow_up,
    lose_lead,
    release_lead,
    reopen_lead,
    validate_lead,
)
from leadloop.process.models import Process

OFFICE = [(540, 720), (810, 1080)]
MONDAY = at("2026-06-15 10:00")


def test_the_first_follow_up_is_due_one_working_day_after_the_assignment(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    timing = timing_of(lead)
    assert shown(timing.first_remind_at) == "2026-06-15 12:00"
    assert shown(timing.first_due_at) == "2026-06-16 10:00"
    assert shown(timing.first_propose_at) == "2026-06-17 10:00"
    assert timing.due_at == timing.first_due_at
    assert timing.next_at == timing.first_remind_at
    check_recomputed()


def test_over_the_dragon_boat_festival_the_clock_stands_still(cast: Cast) -> None:
    # Friday 19 June is the festival; Monday is the next working day.
    lead = a_lead(owner=cast.owner, now=at("2026-06-18 17:00"))
    assert shown(timing_of(lead).first_remind_at) == "2026-06-22 10:00"
    assert first_due(lead) == "2026-06-22 17:00"


def test_a_saturday_worked_for_a_holiday_counts(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=at("2026-02-13 17:00"))
    assert first_due(lead) == "2026-02-14 17:00"


def test_a_lead_in_the_pool_has_no_clock_until_it_is_claimed(cast: Cast) -> None:
    lead = a_lead(now=MONDAY)
    assert timing_of(lead).next_at is None
    claim_lead(lead=lead, actor=cast.owner, now=at("2026-06-15 16:00"))
    assert first_due(lead) == "2026-06-16 16:00"
    check_recomputed()


def test_a_follow_up_stops_it_and_the_cadence_of_the_grade_begins(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A", now=MONDAY)
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-15 11:00"))
    assert (first_due(lead), cadence_due(lead)) == ("", "2026-06-22 09:00")
    # Five days later is a Saturday: the contact is due when work begins again.
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-16 11:00"))
    assert cadence_due(lead) == "2026-06-22 09:00"
    edit_lead(lead=lead, changes={"grade": "B"}, actor=cast.owner, now=at("2026-06-16 12:00"))
    assert cadence_due(lead) == "2026-06-30 11:00"
    assert shown(timing_of(lead).pool_due_at) == "2026-07-07 11:00"
    edit_lead(lead=lead, changes={"grade": "C"}, actor=cast.owner, now=at("2026-06-16 13:00"))
    assert (cadence_due(lead), timing_of(lead).pool_due_at) == ("", None)
    check_recomputed()


def test_an_automatic_mail_stops_nothing(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A", now=MONDAY)
    moment = at("2026-06-15 10:30")
    journal.append(
        [
            NewEvent(
                kind="followed_up",
                lead_id=lead.pk,
                version_id=lead.version_id,
                occurred_at=moment,
                recorded_at=moment,
                data={"automatic": True},
            )
        ]
    )
    recompute_many([lead.pk])
    assert (first_due(lead), cadence_due(lead)) == ("2026-06-16 10:00", "")


def test_a_follow_up_written_down_late_counts_from_when_it_was(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A", now=MONDAY)
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-18 10:00"), occurred_at=at("2026-06-15 15:00"))
    row = FirstResponse.objects.get()
    assert (row.followed, shown(row.ended_at)) == (True, "2026-06-15 15:00")
    by_kind = {clock.kind: clock for clock in clocks_of(lead, at("2026-06-18 11:00"))}
    assert by_kind[ClockKind.FIRST_RESPONSE].met
    assert not by_kind[ClockKind.LOGGING].met
    assert shown(by_kind[ClockKind.LOGGING].due_at) == "2026-06-16 00:00"
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-18 12:00"), occurred_at=at("2026-06-15 11:00"))
    assert shown(FirstResponse.objects.get().ended_at) == "2026-06-15 11:00"
    check_recomputed()


def test_a_new_owner_has_the_time_anew_as_long_as_nobody_has_followed_up(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    assign_lead(lead=lead, owner=cast.teammate, actor=cast.manager, now=at("2026-06-17 11:00"))
    assert first_due(lead) == "2026-06-18 11:00"
    mine, theirs = FirstResponse.objects.order_by("since")
    assert (mine.owner, mine.followed, shown(mine.decided_at)) == (cast.owner, False, "2026-06-16 10:00")
    assert (theirs.owner, shown(theirs.decided_at)) == (cast.teammate, "2026-06-18 11:00")
    log_follow_up(lead=lead, actor=cast.teammate, now=at("2026-06-17 15:00"))
    assign_lead(lead=lead, owner=cast.owner, actor=cast.manager, now=at("2026-06-17 16:00"))
    assert first_due(lead) == ""
    assert FirstResponse.objects.count() == 2
    check_recomputed()


def test_given_back_to_the_pool_before_it_was_due_nobody_was_late(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    release_lead(lead=lead, actor=cast.owner, now=at("2026-06-15 11:00"))
    row = FirstResponse.objects.get()
    assert (row.decided_at, timing_of(lead).next_at) == (None, None)
    check_recomputed()


def test_closed_and_opened_again(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A", now=MONDAY)
    reason = loss_reason("budget_too_small")
    lose_lead(lead=lead, reason=reason, actor=cast.owner, now=at("2026-06-15 11:00"))
    assert not Timing.objects.exists()
    reopen_lead(lead=lead, actor=cast.owner, now=at("2026-06-24 11:00"), reason="back")
    assert first_due(lead) == "2026-06-25 11:00"
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-24 12:00"))
    lose_lead(lead=lead, reason=reason, actor=cast.owner, now=at("2026-06-24 15:00"))
    reopen_lead(lead=lead, actor=cast.owner, now=at("2026-07-06 11:00"), reason="again")
    assert (first_due(lead), cadence_due(lead)) == ("", "2026-07-13 09:00")
    check_recomputed()


def test_invalid_leads_have_no_clocks_and_get_them_back(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    invalidate_lead(lead=lead, reason="test", actor=cast.owner, now=at("2026-06-15 11:00"))
    assert not Timing.objects.exists()
    assert not FirstResponse.objects.exists()
    validate_lead(lead=lead, actor=cast.owner, now=at("2026-06-15 14:00"))
    assert first_due(lead) == "2026-06-16 14:00"
    check_recomputed()


def test_a_planned_action_in_the_future_counts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = a_lead(owner=cast.owner, grade="A", now=MONDAY)
    plans = {lead.pk: at("2026-07-20 15:00")}
    monkeypatch.setattr(planned, "_planned", lambda ids: {pk: plans[pk] for pk in ids if pk in plans})
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-15 11:00"))
    assert cadence_due(lead) == "2026-07-20 15:00"
    assert shown(timing_of(lead).pool_due_at) == "2026-07-20 15:00"
    check_recomputed()
    plans[lead.pk] = at("2026-06-16 15:00")
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-15 12:00"))
    assert cadence_due(lead) == "2026-06-22 09:00"


def test_each_team_goes_by_its_calendar_or_by_that_of_the_team_above(cast: Cast) -> None:
    save_calendar(
        calendar=None,
        facts=CalendarFacts(
            name="Berlin", zone="Europe/Berlin", week=[OFFICE] * 5 + [[], []], holidays="", teams=[cast.north]
        ),
        actor=cast.ops,
        now=MONDAY,
    )
    berlin = ZoneInfo("Europe/Berlin")
    # Friday before clocks go forward, three in the afternoon there.
    start = at("2026-03-27 15:00", berlin)
    here = a_lead(owner=cast.owner, now=start)
    there = a_lead(owner=cast.stranger, now=start)
    assert shown(timing_of(here).first_due_at, berlin) == "2026-03-30 15:00"
    assert shown(timing_of(there).first_due_at) == "2026-03-30 18:00"
    assign_lead(lead=there, owner=cast.owner, actor=cast.ops, now=start)
    assert shown(timing_of(there).first_due_at, berlin) == "2026-03-30 15:00"
    check_recomputed()


def test_a_changed_calendar_moves_what_is_due(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    facts = CalendarFacts(
        name="Ours",
        zone="Asia/Shanghai",
        week=[OFFICE] * 5 + [[], []],
        exceptions=[SpecialDay(at("2026-06-16 00:00").date(), (), "outing")],
    )
    calendar = save_calendar(calendar=None, facts=facts, actor=cast.ops, now=MONDAY, default=True)
    assert follow() == 1
    assert first_due(lead) == "2026-06-17 10:00"
    save_calendar(
        calendar=calendar,
        facts=CalendarFacts(name="Ours", zone="Asia/Shanghai", week=[OFFICE] * 5 + [[], []]),
        actor=cast.ops,
        now=MONDAY,
    )
    follow()
    assert first_due(lead) == "2026-06-16 10:00"


def test_new_limits_hold_for_running_and_for_ended_clocks(cast: Cast) -> None:
    running = a_lead(owner=cast.owner, now=MONDAY)
    ended = a_lead(owner=cast.owner, now=MONDAY)
    log_follow_up(lead=ended, actor=cast.owner, now=at("2026-06-15 14:00"))
    policy(time_limits={"calendar": "elapsed", "first_follow_up": {"due": {"hours": 3}}})
    assert follow() == 2
    assert first_due(running) == "2026-06-15 13:00"
    row = FirstResponse.objects.get(lead=ended)
    assert (shown(row.due_at), shown(row.decided_at)) == ("2026-06-15 13:00", "2026-06-15 13:00")
    assert follow() == 0


def test_policies_of_before_are_still_read(process: Process) -> None:
    from leadloop.clocks.limits import Counted, Limit, read

    found = read(
        {
            "time_limits": {
                "calendar": "working",
                "first_follow_up": {"remind_after_hours": 2, "overdue_after_hours": 24},
                "handoff_answer_hours": 24,
            }
        }
    )
    assert found.first_remind == Limit(2, "hours", Counted.WORKING)
    assert (found.first_due, found.handoff_due) == (Limit(1, "days", Counted.WORKING),) * 2


@pytest.mark.parametrize(
    "broken", [None, 7, "x", {"first_follow_up": 3}, {"first_follow_up": {"due": {"days": -1}}}]
)
def test_limits_that_cannot_be_read_are_no_limits(broken: object) -> None:
    from leadloop.clocks.limits import read

    assert read({"time_limits": broken, "cadence": broken, "pool": broken}).first_due is None


def test_lists_ask_for_what_is_late_and_what_is_due(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    everything = Lead.objects.all()
    assert not late(everything, at("2026-06-16 10:00")).exists()
    assert late(everything, at("2026-06-16 10:01")).get() == lead
    assert due_between(everything, at("2026-06-16 00:00"), at("2026-06-17 00:00")).get() == lead


def test_time_left_and_over_is_working_time(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=at("2026-06-18 17:00"))
    (clock, *_) = clocks_of(lead, at("2026-06-20 12:00"))
    assert (clock.kind, clock.left, clock.met) == (
        ClockKind.FIRST_RESPONSE,
        at("2026-06-22 16:00") - at("2026-06-22 09:30"),
        None,
    )
    (clock, *_) = clocks_of(lead, at("2026-06-23 10:00"))
    assert clock.over is not None
    assert (clock.over.total_seconds() / 3600, clock.met) == (2, False)


def test_the_cadence_can_be_asked_for_before_a_follow_up_is_logged(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="B", now=MONDAY)
    assert shown(next_contact(lead=lead, at=MONDAY)) == "2026-06-29 10:00"


def test_a_new_lead_costs_two_queries_and_a_follow_up_four(cast: Cast) -> None:
    a_lead(owner=cast.owner, now=MONDAY)

    def asked(call: object) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert callable(call)
            call()
        return sum(
            "clocks_" in row["sql"] or ("journal_event" in row["sql"] and row["sql"].startswith("SELECT"))
            for row in found
        )

    basis.basis()
    assert asked(lambda: a_lead(owner=cast.owner, now=MONDAY)) == 2
    lead = a_lead(owner=cast.owner, now=MONDAY)
    assert asked(lambda: log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-15 11:00"))) == 4
    assert lead.state == State.OPEN


def test_leads_that_were_there_before_the_clocks_get_theirs(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    Timing.objects.all().delete()
    FirstResponse.objects.all().delete()
    assert follow() == 1
    assert first_due(lead) == "2026-06-16 10:00"
    assert FirstResponse.objects.count() == 1
