"""All open leads are graded anew: every night, and after new rules; nothing is lost when a worker dies."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours
from tests.grading.things import qualified, standing

from leadloop.foundation.errors import Conflict, DataError, LeadloopError, NotAllowed
from leadloop.grading.models import Grading, Qualification, Run
from leadloop.grading.operations import Answers, correct, grading, publish_rules, qualify, runs
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import log_follow_up
from leadloop.process.queries import current_version, default_process, policy

LATER = NOW + timedelta(days=1)
ONLY_INTENT = [{"grade": "A", "all": [{"field": "intent", "at_least": 4}]}]


def clock() -> datetime:
    return LATER


def with_rules(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {**policy(default_process(), "grading"), "rules": rules}


def publish(actor: Any, rules: list[dict[str, Any]] = ONLY_INTENT, **more: Any) -> Run:
    process = default_process()
    tags = policy(process, "tags")
    return publish_rules(
        process=process, grading=with_rules(rules), tags=tags, actor=actor, now=NOW + hours(3), **more
    )


def test_new_rules_reach_every_open_lead(cast: Cast) -> None:
    graded = qualified(a_lead(owner=cast.owner), Answers(intent=5))
    closed = a_lost_lead(grade="B")
    assert graded.grade == ""
    run = publish(cast.ops)
    done = runs.work(run_id=run.pk, clock=clock)
    assert done is not None
    done.refresh_from_db()
    assert (done.done, done.changed, done.finished_at) == (1, 1, LATER)
    assert standing(graded) == ("A", "rule")
    assert Grading.objects.get(pk=graded.pk).version == current_version(default_process())
    closed.refresh_from_db()
    assert closed.grade == "B"


def test_rules_published_elsewhere_are_noticed_once(cast: Cast) -> None:
    assert len(runs.start_where_rules_changed(now=NOW)) == 1, "nothing was ever graded"
    publish(None)
    Run.objects.all().delete()
    for expected in (1, 0):
        assert len(runs.start_where_rules_changed(now=NOW)) == expected


def test_other_policies_start_no_run(cast: Cast) -> None:
    from leadloop.process.operations import publish_policies

    runs.start_where_rules_changed(now=NOW)
    publish_policies(process=default_process(), changes={"cadence": {}}, actor=None, now=NOW)
    assert runs.start_where_rules_changed(now=NOW) == []


def test_a_night_has_one_run(cast: Cast) -> None:
    first = runs.start_night(now=NOW)
    assert runs.start_night(now=NOW + hours(1)) == first
    assert runs.start_night(now=LATER) != first
    assert Run.objects.count() == 2


def test_a_killed_run_goes_on_where_it_was(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "CHUNK", 2)
    leads = [a_lead() for _ in range(5)]
    for lead in leads:
        Qualification.objects.create(lead=lead, need="no", changed_at=NOW)
    (run,) = runs.start_night(now=NOW)
    calls = 0

    def dies_in_the_second_chunk(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        found = grading.grade_chunk(*args, **more)
        if calls == 2:
            raise RuntimeError
        return found

    monkeypatch.setattr(runs, "grade_chunk", dies_in_the_second_chunk)
    with pytest.raises(RuntimeError):
        runs.work(run_id=run.pk, clock=clock)
    assert Lead.objects.filter(grade="C").count() == 2
    assert runs.unfinished(now=LATER) == [], "somebody may still be at it"
    assert runs.unfinished(now=LATER + hours(1)) == [run.pk]
    runs.work(run_id=run.pk, clock=clock)
    run.refresh_from_db()
    assert (run.done, run.changed) == (5, 5)
    graded = Event.objects.filter(kind="edited", lead_id__in=[lead.pk for lead in leads])
    assert sorted(row.lead_id for row in graded) == [lead.pk for lead in leads]


def test_who_publishes_rules(cast: Cast) -> None:
    for nobody in (cast.manager, cast.owner, cast.marketing):
        with pytest.raises(NotAllowed):
            publish(nobody)
    with pytest.raises(Conflict, match="meanwhile"):
        publish(cast.ops, seen=7)
    with pytest.raises(DataError, match="Rule 1"):
        publish(cast.ops, [{"grade": "A", "all": [{"field": "gone", "known": True}]}])
    assert current_version(default_process()).number == 1


def at_once(*jobs: Callable[[], object]) -> list[BaseException]:
    """All of them start together; what they raised."""
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            barrier.wait()
            job()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_a_run_beside_people_at_work_leaves_every_grade_with_its_facts(cast: Cast) -> None:
    """Whoever comes last, the grade stored is the one that the facts stored give."""
    if connection.vendor == "sqlite":
        pytest.skip("the test database of SQLite lives in one connection")
    leads = [qualified(a_lead(owner=cast.owner, team=cast.key_accounts)) for _ in range(6)]
    (run,) = runs.start_night(now=NOW)

    def fresh(number: int) -> Lead:
        return Lead.objects.get(pk=leads[number].pk)

    raised = at_once(
        lambda: runs.work(run_id=run.pk, clock=clock),
        lambda: qualify(lead=fresh(0), answers=Answers(need="no"), actor=None, now=LATER),
        lambda: qualify(lead=fresh(0), answers=Answers(need="matches"), actor=None, now=LATER),
        lambda: log_follow_up(lead=fresh(1), actor=cast.owner, now=LATER),
        lambda: qualify(lead=fresh(1), answers=Answers(budget="none"), actor=None, now=LATER),
        lambda: correct(lead=fresh(2), grade="C", reason="x", actor=cast.manager, now=LATER),
        lambda: grading.grade_many(lead_ids=[lead.pk for lead in leads], now=LATER),
    )
    assert [error for error in raised if not isinstance(error, LeadloopError)] == []
    for lead in leads:
        stored = Grading.objects.get(pk=lead.pk)
        need = Qualification.objects.get(pk=lead.pk)
        wanted = "C" if "no" in {need.need} or need.budget == "none" else ("A" if need.budget else "B")
        assert stored.rule_grade == wanted
        told = (
            Event.objects.filter(lead_id=lead.pk, kind="edited", data__has_key="grade").order_by("id").last()
        )
        lead.refresh_from_db()
        assert told is not None
        assert lead.grade == (told.data["grade"] or "")
        assert lead.grade == (stored.manager_grade if stored.held_by == "manager" else stored.rule_grade)
