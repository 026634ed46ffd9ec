"""A grade given in the lead list is the same as one given on the lead's page."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.grading.models import Grading, Judgement, Source
from leadloop.grading.operations import Answers, qualify
from leadloop.leads.models import BulkAction, BulkKind, Lead
from leadloop.leads.operations import together
from leadloop.people.models import User

pytestmark = pytest.mark.usefixtures("process")


def in_bulk(lead: Lead, actor: User, **params: str) -> BulkAction:
    action = together.start(
        kind=BulkKind.GRADE, params=params, lead_ids=[lead.pk], actor=actor, now=NOW + hours(1)
    )
    together.go_on(action_id=action.pk, clock=lambda: NOW + hours(2))
    return action


def undone(action: BulkAction, actor: User) -> None:
    together.undo(action=action, actor=actor, now=NOW + hours(3))
    together.go_on(action_id=action.pk, clock=lambda: NOW + hours(4))


def test_a_manager_corrects_many_for_a_reason(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, grade="B")
    in_bulk(lead, cast.manager, grade="A", reason="budget confirmed")
    judgement = Judgement.objects.get(lead=lead)
    assert (judgement.role, judgement.grade, judgement.reason) == (Source.MANAGER, "A", "budget confirmed")
    assert Grading.objects.get(pk=lead.pk).held_by == Source.MANAGER
    assert Lead.objects.get(pk=lead.pk).grade == "A"


def test_the_cell_of_the_list_does_so_too(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, grade="B")
    client = Client()
    client.force_login(cast.manager)
    seen = Lead.objects.get(pk=lead.pk).changed_at.isoformat()
    answer = client.post(f"/lead-cells/{lead.pk}/grade/", {"value": "C", "seen": seen})
    assert answer.status_code == 200
    assert Grading.objects.get(pk=lead.pk).held_by == Source.MANAGER
    assert Judgement.objects.get(lead=lead).reason


@pytest.mark.parametrize("who", ["manager", "owner"])
@pytest.mark.parametrize("letter", ["A", "B", "C"])
def test_taken_back_the_rules_speak_again(cast: Cast, who: str, letter: str) -> None:
    actor: User = getattr(cast, who)
    lead = a_lead(owner=cast.owner, team=cast.key_accounts)
    qualify(lead=lead, answers=Answers(need="matches"), actor=cast.owner, now=NOW)
    before = Grading.objects.get(pk=lead.pk)
    assert before.held_by == Source.RULE
    graded = Lead.objects.get(pk=lead.pk).grade
    undone(in_bulk(lead, actor, grade=letter, reason="told on the phone"), actor)
    after = Grading.objects.get(pk=lead.pk)
    assert (after.held_by, after.rule_grade) == (Source.RULE, before.rule_grade)
    assert Lead.objects.get(pk=lead.pk).grade == graded


def test_taken_back_a_person_s_word_stays_theirs(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, grade="B")
    undone(in_bulk(lead, cast.manager, grade="A", reason="budget confirmed"), cast.manager)
    assert Lead.objects.get(pk=lead.pk).grade == "B"
    assert Grading.objects.get(pk=lead.pk).held_by != Source.RULE
