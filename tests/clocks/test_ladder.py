"""The owner is reminded, the manager told, another owner proposed: each once, each in the journal."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.cast import Cast
from tests.clocks.things import at, check_recomputed, ladder_of, policy, timing_of, told
from tests.factories import a_lead, a_team, a_user

from leadloop.assignment.operations import sweep as pool_sweep
from leadloop.clocks.models import Untold
from leadloop.clocks.operations import Swept, recompute_many, sweep
from leadloop.clocks.queries import proposed
from leadloop.clocks.rules import ClockKind
from leadloop.foundation.messages import from_data
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, log_follow_up
from leadloop.leads.timeline import timeline
from leadloop.notices.models import Notice
from leadloop.people.models import Role

MONDAY = at("2026-06-15 10:00")
REMINDED = "Waits for its first follow-up"
OVERDUE = "First follow-up overdue. Your manager has been told."
TOLD = "%(owner)s: first follow-up overdue"
PROPOSED = "%(owner)s: still no first follow-up. Give it to somebody else?"


def steps(moment: datetime) -> int:
    return sweep(now=moment).steps


def test_three_steps_each_at_its_time_and_only_once(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    found = [
        steps(at(moment))
        for moment in (
            "2026-06-15 11:59",
            "2026-06-15 12:00",
            "2026-06-15 12:01",
            "2026-06-16 09:59",
            "2026-06-16 10:00",
            "2026-06-16 17:00",
            "2026-06-17 10:00",
            "2026-06-30 10:00",
        )
    ]
    assert found == [0, 1, 0, 0, 1, 0, 1, 0]
    assert ladder_of(lead) == ["first_response remind", "first_response escalate", "first_response propose"]
    assert told(cast.owner) == [REMINDED, OVERDUE]
    assert told(cast.manager) == [TOLD, PROPOSED]
    clocks = Notice.objects.filter(kind__startswith="clock_")
    assert not clocks.exclude(user__in=[cast.owner, cast.manager]).exists()
    assert proposed(Lead.objects.all()).get() == lead
    assert timing_of(lead).next_at is None
    check_recomputed()


def test_notices_name_the_record_beside_the_words_and_lead_to_it(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, customer="华信科技有限公司", now=MONDAY)
    sweep(now=at("2026-06-15 12:00"))
    notice = Notice.objects.get(kind="clock_due")
    assert (notice.subject, notice.link) == ("华信科技有限公司", f"/leads/{lead.number}/")


def test_a_follow_up_ends_the_ladder(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    steps(at("2026-06-15 12:00"))
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-15 14:00"))
    assert steps(at("2026-06-30 10:00")) == 0


def test_a_follow_up_written_down_after_the_reminder_begins_a_clock_of_its_own(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="A", now=MONDAY)
    log_follow_up(lead=lead, actor=cast.owner, now=MONDAY)
    assert steps(at("2026-06-22 09:00")) == 1
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-22 10:00"), occurred_at=at("2026-06-16 10:00"))
    assert steps(at("2026-06-22 10:00")) == 1
    assert ladder_of(lead) == ["cadence remind", "cadence remind"]


def test_a_new_owner_is_reminded_anew(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    steps(at("2026-06-16 10:00"))
    assign_lead(lead=lead, owner=cast.teammate, actor=cast.manager, now=at("2026-06-16 11:00"))
    assert steps(at("2026-06-16 14:30")) == 1
    assert told(cast.teammate) == [REMINDED]


def test_the_cadence_reminds_and_tells_the_manager_two_working_days_later(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, grade="B", now=MONDAY)
    log_follow_up(lead=lead, actor=cast.owner, now=at("2026-06-15 11:00"))
    assert [steps(at(day)) for day in ("2026-06-29 10:59", "2026-06-29 11:00", "2026-07-01 10:59")] == [
        0,
        1,
        0,
    ]
    assert steps(at("2026-07-01 11:00")) == 1
    assert told(cast.owner) == ["Next contact due", "Next contact overdue. Your manager has been told."]
    assert told(cast.manager) == ["%(owner)s: next contact overdue"]
    assert ladder_of(lead) == ["cadence remind", "cadence escalate"]


def test_without_a_manager_above_operations_are_told_and_a_manager_is_not_their_own(cast: Cast) -> None:
    alone = a_team("Alone")
    rep = a_user("lonely", role=Role.REP, team=alone)
    a_lead(owner=rep, now=MONDAY)
    a_lead(owner=cast.manager, now=MONDAY)
    sweep(now=at("2026-06-16 10:00"))
    assert told(cast.ops) == [TOLD, TOLD]
    assert TOLD not in told(cast.manager)


def test_the_policy_may_propose_nothing(cast: Cast) -> None:
    policy(time_limits={"first_follow_up": {"due": {"days": 1}, "propose": {"days": 2}, "then": "nothing"}})
    lead = a_lead(owner=cast.owner, now=MONDAY)
    assert steps(at("2026-06-30 10:00")) == 1
    assert ladder_of(lead) == ["first_response escalate"]


def test_the_policy_may_propose_the_pool(cast: Cast) -> None:
    policy(time_limits={"first_follow_up": {"due": {"days": 1}, "propose": {"days": 2}, "then": "pool"}})
    a_lead(owner=cast.owner, now=MONDAY)
    sweep(now=at("2026-06-30 10:00"))
    assert told(cast.manager) == [TOLD, "%(owner)s: still no first follow-up. Back to the pool?"]


def test_a_handoff_that_nobody_answers(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)

    def write(kind: str, moment: datetime) -> None:
        event = NewEvent(kind, lead.pk, lead.version_id, moment, moment)  # type: ignore[arg-type]
        journal.append([event])
        recompute_many([lead.pk])

    write("handed_over", MONDAY)
    sweep(now=at("2026-06-16 10:00"))
    assert "handoff escalate" in ladder_of(lead)
    write("accepted", at("2026-06-16 11:00"))
    sweep(now=at("2026-06-16 12:00"))
    assert timing_of(lead).handoff_due_at is None
    assert ClockKind.HANDOFF in {clock.kind for clock in _stopped(lead)}


def _stopped(lead: Lead) -> list[object]:
    from leadloop.clocks.queries import clocks_of

    return [clock for clock in clocks_of(lead, at("2026-06-16 12:00")) if not clock.running]


def test_after_a_standstill_everybody_hears_once(cast: Cast) -> None:
    for _ in range(40):
        a_lead(owner=cast.owner, now=MONDAY)
    a_lead(owner=cast.teammate, now=MONDAY)
    sweep(now=MONDAY)
    assert sweep(now=at("2026-06-22 10:00")) == Swept(computed=0, steps=123, told=1 + 2 + 1)
    (notice,) = Notice.objects.filter(user=cast.owner)
    words = "40 leads are overdue · 40 leads wait for a contact"
    assert (str(from_data(notice.message)), notice.link) == (words, "/")
    (notice,) = Notice.objects.filter(user=cast.manager)
    words = "41 leads could go to somebody else · 41 leads are overdue"
    assert str(from_data(notice.message)) == words
    assert told(cast.teammate) == [REMINDED, OVERDUE]
    assert not Untold.objects.exists()
    assert sweep(now=at("2026-06-22 10:01")) == Swept(0, 0, 0)


def test_what_a_dead_worker_left_untold_is_told_by_the_next(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from leadloop.clocks.operations import sweeping

    a_lead(owner=cast.owner, now=MONDAY)
    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "tell_untold", lambda *, now: 0)
        sweep(now=at("2026-06-15 12:00"))
    assert (Untold.objects.count(), told(cast.owner)) == (1, [])
    assert sweep(now=at("2026-06-15 12:01")).told == 1
    assert told(cast.owner) == [REMINDED]


def test_the_timeline_says_what_was_done(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=MONDAY)
    sweep(now=at("2026-06-17 10:00"))
    words = [str(entry.message) for entry in timeline(lead)][:3]
    assert words == [
        "Still no first follow-up: another owner or the pool proposed",
        "First follow-up overdue: manager told",
        "Owner reminded: first follow-up",
    ]


def test_steps_are_no_work_on_a_lead(cast: Cast) -> None:
    """Neither the silence before the pool nor a count of follow-ups begins anew by a reminder."""
    lead = a_lead(owner=cast.owner, grade="A", now=MONDAY)
    sweep(now=at("2026-06-19 10:00"))
    pool_sweep(now=at("2026-06-20 10:00"))
    pool_sweep(now=at("2026-06-22 10:00"))
    lead.refresh_from_db()
    assert (lead.owner, lead.follow_up_count) == (None, 0)
    assert Event.objects.filter(lead_id=lead.pk, kind="followed_up").count() == 0
