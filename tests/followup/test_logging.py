"""Write down a contact with the customer: everything that belongs to it, together or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.cast import Cast
from tests.clocks.things import at, check_recomputed, timing_of
from tests.factories import NOW, a_lead, a_lost_lead, hours
from tests.followup.things import FACTS, contacts_in_journal, facts, logged

from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned, do, plan
from leadloop.chain.contacted import contacted
from leadloop.clocks.operations import recomputing
from leadloop.clocks.queries import timeliness
from leadloop.customers.models import Contact
from leadloop.discovery.queries import standing
from leadloop.followup.models import FollowUp
from leadloop.followup.operations import FollowUpFacts, log
from leadloop.followup.rules import LONGEST
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, Remark
from leadloop.playbook.models import ScriptUse, ScriptVersion
from leadloop.playbook.operations import install_shipped

pytestmark = pytest.mark.django_db

LATER = NOW + hours(1)
CARD = "6222 0212 3456 7890 128"


def everything() -> dict[str, int]:
    """How many rows there are of all that logging may write."""
    models: tuple[Any, ...] = (FollowUp, NextAction, Event, ScriptUse, Remark)
    return {model.__name__: model.objects.count() for model in models}


def test_a_record_is_one_contact_in_the_journal_and_stops_the_clock(lead: Lead, cast: Cast) -> None:
    record = logged(lead, cast.owner, LATER)
    lead.refresh_from_db()
    assert (lead.follow_up_count, lead.first_followed_up_at) == (1, LATER)
    row = Event.objects.get(kind="followed_up")
    assert (row.pk, row.occurred_at, row.actor_id, row.data) == (record.event_id, LATER, cast.owner.pk, {})
    assert timing_of(lead).first_due_at is None
    assert (record.feedback, record.touched_need, record.touched_solution) == (
        "预算 20 万，下月定",
        True,
        False,
    )
    check_recomputed()


def test_no_word_of_it_is_in_the_journal(lead: Lead, cast: Cast) -> None:
    log(
        lead=lead, facts=facts(contacts=(lead.contact_id,)), actor=cast.owner, now=LATER,
        answers={"s": "两条产线，王敏负责"}, plan=Planned(due_at=NOW + timedelta(days=3), title="给王敏回电"),
    )  # fmt: skip
    told = str(list(Event.objects.values()))
    for word in ("王敏", "预算", "交期", "产线", "回电"):
        assert word not in told


def test_everything_that_belongs_to_it_is_written_with_it(lead: Lead, cast: Cast) -> None:
    install_shipped(now=NOW)
    script = ScriptVersion.objects.filter(published_at__isnull=False).first()
    assert script is not None
    asked = plan(lead=lead, facts=Planned(due_at=NOW + hours(3), has_time=True), actor=cast.owner, now=NOW)
    record = log(
        lead=lead,
        facts=facts(contacts=(lead.contact_id,), script_version=script.pk),
        actor=cast.owner,
        now=LATER,
        completes=asked,
        plan=Planned(due_at=NOW + timedelta(days=4), title="报价"),
        answers={"s": "两条产线", "p": "", "i": "停线一天 5 万"},
    )
    asked.refresh_from_db()
    assert (asked.done_at, record.completes) == (LATER, asked)
    assert [one.title for one in NextAction.objects.filter(done_at=None)] == ["报价"]
    assert standing(lead).done == ("s", "i")
    assert ScriptUse.objects.get().version == script
    assert [one.name for one in record.with_contacts.all()] == ["王敏"]
    assert contacted([lead.pk]) == {(lead.pk, lead.contact_id): LATER}
    check_recomputed()


def test_clocks_are_computed_once_however_much_belongs_to_it(
    lead: Lead, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = plan(lead=lead, facts=Planned(due_at=NOW + hours(3), has_time=True), actor=cast.owner, now=NOW)
    written: list[int] = []
    put = recomputing._put_timing
    monkeypatch.setattr(recomputing, "_put_timing", lambda pk, *rest: (written.append(pk), put(pk, *rest)))
    log(
        lead=lead, facts=FACTS, actor=cast.owner, now=LATER, completes=asked,
        plan=Planned(due_at=NOW + timedelta(days=20)), answers={"s": "两条产线"},
    )  # fmt: skip
    assert written == [lead.pk]
    assert timing_of(lead).planned_at is not None
    check_recomputed()


def test_nobody_was_spoken_with_who_did_not_answer(lead: Lead, cast: Cast) -> None:
    logged(lead, cast.owner, LATER, mood="silent", contacts=(lead.contact_id,))
    assert contacted([lead.pk]) == {}


@pytest.mark.parametrize(
    ("beside", "field"),
    [
        ({"plan": Planned(due_at=NOW - timedelta(days=1))}, "due_at"),
        ({"plan": Planned(due_at=NOW + timedelta(days=1), title=f"card {CARD}")}, "title"),
        ({"answers": {"s": f"card {CARD}"}}, "s"),
    ],
)
def test_what_is_refused_beside_it_leaves_nothing_of_it(
    lead: Lead, cast: Cast, beside: dict[str, Any], field: str
) -> None:
    before = everything()
    with pytest.raises(DataError) as refused:
        log(lead=lead, facts=FACTS, actor=cast.owner, now=LATER, **beside)
    assert refused.value.field == field
    assert everything() == before
    lead.refresh_from_db()
    assert lead.follow_up_count == 0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"at": NOW - hours(1)}, "at"),
        ({"at": LATER + hours(1)}, "at"),
        ({"way": "fax"}, "way"),
        ({"mood": ""}, "mood"),
        ({"feedback": "客" * (LONGEST + 1)}, "feedback"),
        ({"pains": "x" * (LONGEST + 1)}, "pains"),
        ({"feedback": "a\0b"}, "feedback"),
        ({"feedback": f"his card: {CARD}"}, "feedback"),
        ({"contacts": (10**9,)}, "contacts"),
        ({"contacts": tuple(range(30))}, "contacts"),
        ({"script_version": 10**9}, "script"),
        ({"attachments": ("0" * 32,)}, "files"),
    ],
)
def test_bad_facts_are_refused_by_field(lead: Lead, cast: Cast, wrong: dict[str, Any], field: str) -> None:
    before = everything()
    with pytest.raises(DataError) as refused:
        logged(lead, cast.owner, LATER, **wrong)
    assert refused.value.field == field
    assert everything() == before


def test_fifty_thousand_characters_are_kept(lead: Lead, cast: Cast) -> None:
    text = "客户说，交期太长。\n" * 5_000
    assert len(text) == LONGEST
    assert logged(lead, cast.owner, LATER, feedback=text).feedback == text.strip()


def test_a_contact_of_the_moment_of_capture_is_allowed(lead: Lead, cast: Cast) -> None:
    assert logged(lead, cast.owner, LATER, at=lead.captured_at).at == lead.captured_at


def test_nobody_finds_out_names_of_other_customers_by_their_numbers(lead: Lead, cast: Cast) -> None:
    other = a_lead(owner=cast.stranger)
    with pytest.raises(DataError):
        logged(lead, cast.owner, LATER, contacts=(other.contact_id,))


def test_who_may_not_follow_up_may_not_log(lead: Lead, cast: Cast) -> None:
    with pytest.raises(NotFound):
        logged(lead, cast.stranger, LATER)
    with pytest.raises(NotAllowed):
        logged(lead, cast.exec, LATER)
    assert not FollowUp.objects.exists()


def test_nothing_is_planned_for_a_lead_that_is_over_but_a_contact_counts(cast: Cast) -> None:
    lost = a_lost_lead(owner=cast.owner)
    with pytest.raises(Conflict):
        log(
            lead=lost, facts=FACTS, actor=cast.owner, now=NOW + hours(2),
            plan=Planned(due_at=NOW + timedelta(days=1)),
        )  # fmt: skip
    assert logged(lost, cast.owner, NOW + hours(2)).lead.follow_up_count == 1


def test_sent_twice_it_is_one_record(lead: Lead, cast: Cast) -> None:
    first = log(lead=lead, facts=FACTS, actor=cast.owner, now=LATER, key="k1")
    again = log(lead=lead, facts=FACTS, actor=cast.owner, now=LATER + hours(1), key="k1")
    assert (first.pk, FollowUp.objects.count(), len(contacts_in_journal(lead))) == (again.pk, 1, 1)
    other = log(lead=lead, facts=FACTS, actor=cast.owner, now=LATER + hours(1), key="k2")
    assert other.pk != first.pk


def test_an_action_done_by_somebody_else_meanwhile_refuses_nothing(lead: Lead, cast: Cast) -> None:
    asked = plan(lead=lead, facts=Planned(due_at=NOW + hours(3), has_time=True), actor=cast.owner, now=NOW)
    do(action=asked, actor=cast.manager, now=NOW + hours(0.5))
    stale = NextAction.objects.get(pk=asked.pk)
    stale.done_at = None
    record = log(lead=lead, facts=FACTS, actor=cast.owner, now=LATER, completes=stale)
    asked.refresh_from_db()
    assert (record.completes, asked.done_by) == (None, cast.manager)


def test_an_action_of_another_lead_is_not_completed(lead: Lead, cast: Cast) -> None:
    other = a_lead(owner=cast.owner)
    foreign = plan(lead=other, facts=Planned(due_at=NOW + hours(3), has_time=True), actor=cast.owner, now=NOW)
    with pytest.raises(DataError):
        log(lead=lead, facts=FACTS, actor=cast.owner, now=LATER, completes=foreign)


def test_written_down_after_the_working_day_it_is_late(cast: Cast) -> None:
    friday = at("2026-06-12 10:00")
    lead = a_lead(owner=cast.owner, now=friday)
    assert not logged(lead, cast.owner, at("2026-06-12 17:00"), at=at("2026-06-12 11:00")).late
    assert logged(lead, cast.owner, at("2026-06-15 10:00"), at=at("2026-06-12 15:00")).late


def test_what_is_logged_late_answers_the_clock_when_it_happened(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=at("2026-06-15 10:00"))
    logged(lead, cast.owner, at("2026-06-18 10:00"), at=at("2026-06-15 15:00"))
    found = timeliness(start=at("2026-06-01 00:00"), end=at("2026-07-01 00:00"), now=at("2026-06-18 11:00"))
    assert (found.met, found.n) == (1, 1)


def test_the_program_logs_without_asking_for_rights(lead: Lead) -> None:
    record = log(lead=lead, facts=FollowUpFacts(way="demo", mood="hesitant"), actor=None, now=LATER)
    assert (record.by, record.feedback) == (None, "")


def test_contacts_of_the_same_customer_who_left_may_be_named(lead: Lead, cast: Cast) -> None:
    gone = Contact.objects.create(customer=lead.customer, name="李雷", retired_at=NOW)
    assert list(logged(lead, cast.owner, LATER, contacts=(gone.pk,)).with_contacts.all()) == [gone]
