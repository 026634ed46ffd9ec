"""The share of leads whose need was discovered when they went on to a proposal."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, at_stage, hours, loss_reason

from leadloop.discovery.operations import AnswerRow, answer, answer_all, remove, write_answers
from leadloop.discovery.queries import completeness, discovered, discovered_leads, target
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import invalidate_lead, lose_lead, move_stage
from leadloop.playbook.models import Part
from leadloop.process.models import Stage
from leadloop.process.operations import publish_policies

ALL = {part.value: "said" for part in Part}
END = NOW + timedelta(days=30)


def figure(**given: object) -> tuple[int, int]:
    asked = {"start": NOW, "end": END, "now": END, **given}
    found = discovered(**asked)  # type: ignore[arg-type]
    return found.complete, found.n


def on_the_way(cast: Cast, *, parts: str = "", move: float = 10, said: float = 5) -> Lead:
    """A lead that stands in the proposal stage after ``move`` hours, with these parts after ``said``."""
    lead = a_lead(owner=cast.owner, team=cast.key_accounts)
    answer_all(lead=lead, answers=dict.fromkeys(parts, "said"), actor=None, now=NOW + hours(said))
    at_stage(lead, "proposal", now=NOW + hours(move))
    return lead


def test_nothing_has_gone_on(cast: Cast) -> None:
    a_lead(owner=cast.owner)
    assert discovered(start=NOW, end=END, now=END).share is None
    assert figure() == (0, 0)


def test_it_counts_leads_that_went_on_and_what_was_there_then(cast: Cast) -> None:
    on_the_way(cast, parts="spin")
    on_the_way(cast, parts="spi")
    on_the_way(cast, parts="spin", said=20)
    still_there = a_lead(owner=cast.owner, team=cast.key_accounts)
    answer_all(lead=still_there, answers=ALL, actor=None, now=NOW + hours(5))
    assert figure() == (1, 3)
    found = discovered(start=NOW, end=END, now=END)
    assert found.share == pytest.approx(1 / 3)
    assert found.mean == pytest.approx((1 + 0.75 + 0) / 3)


def test_what_is_written_down_afterwards_does_not_mend_it(cast: Cast) -> None:
    lead = on_the_way(cast)
    answer_all(lead=lead, answers=ALL, actor=None, now=NOW + hours(11))
    assert figure() == (0, 1)
    assert completeness(Lead.objects.all()).complete == 1


def test_an_answer_that_was_taken_away_never_counted(cast: Cast) -> None:
    lead = on_the_way(cast, parts="spin")
    remove(answer=lead.answers.first(), actor=None, now=NOW + hours(20))
    assert figure() == (0, 1)


def test_the_first_time_decides_and_the_period_is_half_open(cast: Cast) -> None:
    lead = on_the_way(cast, parts="spin")
    at = NOW + hours(10)
    move_stage(
        lead=lead,
        stage=Stage.objects.get(version=lead.version_id, key="need"),
        actor=None,
        now=NOW + hours(20),
        reason="back",
    )
    at_stage(lead, "negotiation", now=NOW + hours(30))
    assert figure(start=at) == (1, 1)
    assert figure(start=at + timedelta(microseconds=1)) == (0, 0)
    assert figure(end=at) == (0, 0)
    assert figure(now=at - timedelta(microseconds=1)) == (0, 0)


def test_a_jump_over_the_proposal_counts_and_an_early_end_does_not(cast: Cast) -> None:
    jumped = a_lead(owner=cast.owner, team=cast.key_accounts)
    at_stage(jumped, "negotiation", now=NOW + hours(3))
    early = a_lead(owner=cast.owner, team=cast.key_accounts)
    at_stage(early, "need", now=NOW + hours(3))
    lose_lead(lead=early, reason=loss_reason("budget_too_small"), actor=None, now=NOW + hours(4))
    gone = on_the_way(cast, parts="spin")
    invalidate_lead(lead=gone, reason="test", note="", actor=None, now=NOW + hours(12))
    assert figure() == (0, 1)


def test_by_people_teams_and_leads(cast: Cast) -> None:
    on_the_way(cast, parts="spin")
    other = a_lead(owner=cast.stranger, team=cast.south)
    at_stage(other, "proposal", now=NOW + hours(4))
    assert figure(owners=[cast.owner.pk]) == (1, 1)
    assert figure(teams=[cast.south.pk]) == (0, 1)
    assert figure(leads=Lead.objects.filter(pk=other.pk)) == (0, 1)


def test_the_policy_says_what_is_complete_and_what_is_aimed_at(cast: Cast) -> None:
    lead = on_the_way(cast, parts="sp")
    assert target(lead.process_id) == 0.85
    publish_policies(process=lead.process, changes={"discovery": {"parts": ["s", "p"]}}, actor=None, now=NOW)
    assert figure() == (1, 1)


def test_as_it_stands_now(cast: Cast) -> None:
    leads = [a_lead(owner=cast.owner, team=cast.key_accounts) for _ in range(4)]
    answer_all(lead=leads[0], answers=ALL, actor=None, now=NOW + hours(1))
    answer(lead=leads[1], part="s", text="said", actor=None, now=NOW + hours(1))
    found = completeness(Lead.objects.filter(pk__in=[lead.pk for lead in leads]))
    assert (found.complete, found.n, found.mean) == (1, 4, pytest.approx(1.25 / 4))


def test_a_quarter_as_somebody_else_would_count_it(cast: Cast) -> None:
    """A fixed seed, and a count by plain loops over the journal and the answers."""
    dice = random.Random(20)
    keys = ["screened", "need", "proposal", "negotiation"]
    for _ in range(60):
        lead = a_lead(owner=cast.owner, team=cast.key_accounts)
        moment = NOW
        rows = [
            AnswerRow(lead.pk, part.value, "said", NOW + hours(dice.uniform(0, 60 * 24)))
            for part in Part
            if dice.random() < 0.85
        ]
        write_answers(rows=rows)
        for key in keys[: dice.randint(0, 4)]:
            moment += hours(dice.uniform(1, 25 * 24))
            at_stage(lead, key, now=moment)
    start, end = NOW + timedelta(days=10), NOW + timedelta(days=60)
    assert figure(start=start, end=end, now=end) == _counted(start, end)
    assert _counted(start, end)[1] > 10


def _counted(start: datetime, end: datetime) -> tuple[int, int]:
    complete = n = 0
    for lead in Lead.objects.all():
        moments = []
        for event in Event.objects.filter(lead_id=lead.pk, kind="stage"):
            stage = Stage.objects.get(pk=event.stage_id)
            if stage.key in {"proposal", "negotiation", "signed"}:
                moments.append(event.occurred_at)
        if not moments or not start <= min(moments) < end:
            continue
        n += 1
        there = {one.part for one in lead.answers.all() if one.at <= min(moments)}
        complete += len(there) == 4
    return complete, n


def test_the_leads_behind_the_figure(cast: Cast) -> None:
    lead = on_the_way(cast, parts="sp")
    (row,) = discovered_leads(start=NOW, end=END, now=END)
    assert (row.lead_id, row.owner_id, row.at, row.complete, row.share) == (
        lead.pk,
        cast.owner.pk,
        NOW + hours(10),
        False,
        0.5,
    )
