"""Correct a record: what it said is kept, and a corrected time is where clocks and figures count it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.clocks.things import at, check_recomputed, timing_of
from tests.factories import NOW, a_lead, hours
from tests.followup.things import FACTS, contacts_in_journal, facts, logged

from leadloop.clocks.queries import timeliness
from leadloop.followup.models import FollowUp
from leadloop.followup.operations import edit
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.journal.models import Event
from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.leads.operations import edit_lead, log_follow_up
from leadloop.store.snapshots import open_snapshot

pytestmark = pytest.mark.django_db

LATER = NOW + hours(2)


def test_what_it_said_before_is_kept(lead: Lead, cast: Cast) -> None:
    record = logged(lead, cast.owner, NOW + hours(1))
    edit(followup=record, facts=facts(mood="negative", feedback="改主意了"), actor=cast.manager, now=LATER)
    record.refresh_from_db()
    (former,) = record.versions.all()
    assert (record.version, record.mood, record.feedback) == (2, "negative", "改主意了")
    assert (former.number, former.by, former.at) == (1, cast.manager, LATER)
    assert (former.values["mood"], former.values["feedback"]) == ("positive", "预算 20 万，下月定")
    assert Event.objects.order_by("id").last().data == {"fields": ["followup"]}  # type: ignore[union-attr]


def test_nothing_changed_is_no_version(lead: Lead, cast: Cast) -> None:
    record = logged(lead, cast.owner, NOW + hours(1))
    events = Event.objects.count()
    assert edit(followup=record, facts=FACTS, actor=cast.owner, now=LATER).version == 1
    assert (record.versions.count(), Event.objects.count()) == (0, events)


def test_people_whom_it_names_stay_though_the_lead_has_another_customer_now(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, contact="王敏")
    record = logged(lead, cast.owner, NOW + hours(1), contacts=(lead.contact_id,))
    edit_lead(lead=lead, changes={"customer": "另一家公司"}, actor=cast.owner, now=NOW + hours(1.5))
    record = FollowUp.objects.get(pk=record.pk)
    then = [one.pk for one in record.with_contacts.all()]
    assert record.lead.contact_id not in then
    edit(followup=record, facts=facts(mood="silent", contacts=tuple(then)), actor=cast.owner, now=LATER)
    assert [one.pk for one in record.with_contacts.all()] == then


def test_of_two_who_correct_the_same_version_one_is_told(lead: Lead, cast: Cast) -> None:
    record = logged(lead, cast.owner, NOW + hours(1))
    edit(followup=record, facts=facts(mood="negative"), actor=cast.owner, now=LATER, seen=1)
    with pytest.raises(Conflict):
        edit(followup=record, facts=facts(mood="silent"), actor=cast.manager, now=LATER, seen=1)
    record.refresh_from_db()
    assert (record.mood, record.versions.count()) == ("negative", 1)


def test_only_who_wrote_it_and_who_leads_correct_it(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    record = logged(lead, cast.manager, NOW + hours(1))
    with pytest.raises(NotAllowed):
        edit(followup=record, facts=facts(mood="silent"), actor=cast.owner, now=LATER)
    with pytest.raises(NotFound):
        edit(followup=record, facts=facts(mood="silent"), actor=cast.stranger, now=LATER)
    assert edit(followup=record, facts=facts(mood="silent"), actor=cast.ops, now=LATER).mood == "silent"


def test_a_corrected_time_counts_where_it_was(cast: Cast) -> None:
    """Logged for Thursday by mistake; it was Monday, and so in time."""
    lead = a_lead(owner=cast.owner, grade="A", now=at("2026-06-15 10:00"))
    record = logged(lead, cast.owner, at("2026-06-18 11:00"))
    assert share() == 0
    edit(
        followup=record, facts=facts(at=at("2026-06-15 15:00")), actor=cast.owner, now=at("2026-06-18 12:00")
    )
    assert share() == 1
    assert contacts_in_journal(lead) == [
        ("followed_up", at("2026-06-18 11:00")),
        ("taken_back", at("2026-06-18 11:00")),
        ("followed_up", at("2026-06-15 15:00")),
    ]
    lead.refresh_from_db()
    assert (lead.first_followed_up_at, lead.last_followed_up_at) == (at("2026-06-15 15:00"),) * 2
    assert (lead.follow_up_count, timing_of(lead).cadence_since) == (1, at("2026-06-15 15:00"))
    record.refresh_from_db()
    again = Event.objects.get(pk=record.event_id)
    assert (again.recorded_at, again.actor_id) == (at("2026-06-18 11:00"), cast.owner.pk)
    assert record.late
    check_recomputed()


def share() -> float | None:
    found = timeliness(start=at("2026-06-01 00:00"), end=at("2026-07-01 00:00"), now=at("2026-06-18 13:00"))
    return found.share


def test_others_of_the_same_moment_stay(lead: Lead, cast: Cast) -> None:
    """Two people were at the same meeting, a third record came from a file without words."""
    meeting = NOW + hours(1)
    mine, theirs = (logged(lead, who, LATER, at=meeting) for who in (cast.owner, cast.manager))
    log_follow_up(lead=lead, actor=None, now=LATER, occurred_at=meeting, note="from a file")
    edit(followup=mine, facts=facts(at=NOW + hours(0.5)), actor=cast.owner, now=NOW + hours(3))
    lead.refresh_from_db()
    assert (lead.follow_up_count, lead.first_followed_up_at) == (3, NOW + hours(0.5))
    assert lead.last_followed_up_at == meeting
    shown = [one for one in queries.timeline(lead) if one.kind == "followed_up"]
    assert [one.occurred_at for one in shown] == [meeting, meeting, NOW + hours(0.5)]
    assert {one.beside.record.record.pk for one in shown if one.beside} == {mine.pk, theirs.pk}
    assert [one.remark for one in shown if one.remark] == ["from a file"]
    check_recomputed()


@pytest.mark.parametrize("wrong", [NOW - hours(1), NOW + timedelta(days=9)])
def test_it_is_corrected_to_no_time_that_cannot_be(lead: Lead, cast: Cast, wrong: datetime) -> None:
    record = logged(lead, cast.owner, NOW + hours(1))
    with pytest.raises(DataError) as refused:
        edit(followup=record, facts=facts(at=wrong), actor=cast.owner, now=LATER)
    assert refused.value.field == "at"
    assert len(contacts_in_journal(lead)) == 1


moves = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40)), min_size=1, max_size=8)


@given(moves)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_corrections_leave_table_store_and_clocks_agreed(
    cast: Cast, tmp_path_factory: Any, moved: list[tuple[int, int]]
) -> None:
    """Among them contacts that come to the same moment, and ones that come back to where they were."""
    lead = a_lead(owner=cast.owner, grade="B")
    now = NOW + timedelta(days=3)
    records = [logged(lead, cast.owner, now, at=NOW + hours(5 * place)) for place in range(4)]
    for place, quarter in moved:
        record = FollowUp.objects.get(pk=records[place].pk)
        edit(followup=record, facts=facts(at=NOW + hours(quarter / 4)), actor=cast.manager, now=now)
    moments = sorted(FollowUp.objects.filter(lead=lead).values_list("at", flat=True))
    lead.refresh_from_db()
    assert (lead.follow_up_count, lead.first_followed_up_at, lead.last_followed_up_at) == (
        4, moments[0], moments[-1],
    )  # fmt: skip
    assert timing_of(lead).cadence_since == moments[-1]
    assert told_by_the_store(lead, tmp_path_factory.mktemp("store")) == (4, moments[0])
    check_recomputed()


def told_by_the_store(lead: Lead, folder: Path) -> tuple[int, datetime]:
    from django.test import override_settings

    with override_settings(STORE=folder):
        rows = open_snapshot().journeys().journeys.to_pyarrow().to_pylist()
    (row,) = [one for one in rows if one["number"] == lead.number]
    return row["follow_ups"], row["first_followed_up_at"]
