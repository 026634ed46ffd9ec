"""Several people log, send twice and correct at the same time, in threads as in processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connections
from tests.cast import assemble
from tests.clocks.things import check_recomputed
from tests.factories import NOW, a_lead, hours
from tests.followup.things import facts, logged

from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned, plan
from leadloop.followup.models import FollowUp
from leadloop.followup.operations import edit, log
from leadloop.foundation.errors import Conflict
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.process.operations import install_defaults

pytestmark = pytest.mark.usefixtures("shared_database")
LATER = NOW + hours(1)


def at_once(calls: Sequence[Callable[[], object]]) -> list[object]:
    """Results, or the errors of ours, in the order of the calls."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            start.wait()
            return call()
        except Conflict as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def fresh(lead: Lead) -> Lead:
    return Lead.objects.select_related("owner").get(pk=lead.pk)


def test_two_who_log_at_once_are_both_kept() -> None:
    install_defaults(now=NOW)
    cast = assemble()
    lead = a_lead(owner=cast.owner)
    asked = plan(lead=lead, facts=Planned(due_at=NOW + hours(3), has_time=True), actor=None, now=NOW)
    people = [cast.owner, cast.manager, cast.ops, cast.owner]
    calls = [
        partial(
            log, lead=fresh(lead), facts=facts(feedback=f"talk {number}"), actor=who, now=LATER,
            completes=NextAction.objects.get(pk=asked.pk),
            plan=Planned(due_at=NOW + hours(50 + number), has_time=True),
        )
        for number, who in enumerate(people)
    ]  # fmt: skip
    made = at_once(calls)
    assert all(isinstance(one, FollowUp) for one in made), made
    assert FollowUp.objects.count() == Event.objects.filter(kind="followed_up").count() == 4
    assert FollowUp.objects.exclude(completes=None).count() == 1
    assert NextAction.objects.filter(done_at=None).count() == 4
    assert fresh(lead).follow_up_count == 4
    check_recomputed()


def test_one_submission_sent_many_times_is_one_record() -> None:
    install_defaults(now=NOW)
    cast = assemble()
    lead = a_lead(owner=cast.owner)
    calls = [
        partial(log, lead=fresh(lead), facts=facts(), actor=cast.owner, now=LATER, key="once")
        for _ in range(4)
    ]
    made = at_once(calls)
    assert len({one.pk for one in made if isinstance(one, FollowUp)}) == 1, made
    assert all(isinstance(one, FollowUp) for one in made)
    assert FollowUp.objects.count() == Event.objects.filter(kind="followed_up").count() == 1
    assert fresh(lead).follow_up_count == 1


def test_of_those_who_correct_one_version_one_does_and_times_agree() -> None:
    install_defaults(now=NOW)
    cast = assemble()
    lead = a_lead(owner=cast.owner)
    records = [logged(lead, cast.owner, NOW + hours(9), at=NOW + hours(2)) for _ in range(2)]
    calls = [
        partial(
            edit, followup=FollowUp.objects.get(pk=record.pk), facts=facts(at=NOW + hours(3 + number)),
            actor=cast.manager, now=NOW + hours(10), seen=1,
        )
        for record in records
        for number in range(2)
    ]  # fmt: skip
    made = at_once(calls)
    assert [isinstance(one, Conflict) for one in made].count(True) == 2, made
    moments = sorted(FollowUp.objects.values_list("at", flat=True))
    now = fresh(lead)
    assert (now.follow_up_count, now.first_followed_up_at, now.last_followed_up_at) == (
        2, moments[0], moments[-1],
    )  # fmt: skip
    assert set(FollowUp.objects.values_list("event_id", flat=True)) <= set(
        Event.objects.filter(kind="followed_up").values_list("id", flat=True)
    )
    check_recomputed()
