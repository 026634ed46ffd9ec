"""A manager accepts or corrects grades; what was corrected stays until the facts under it change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours
from tests.grading.things import READY, qualified, standing

from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.grading.models import Grading, Judgement
from leadloop.grading.operations import Answers, accept, correct, grade_many, let_go
from leadloop.grading.queries import grade_of
from leadloop.grading.reviewing import matrices, waiting, waiting_counts
from leadloop.leads.models import Lead
from leadloop.leads.operations import edit_lead, log_follow_up
from leadloop.leads.queries import timeline
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process, policy


@pytest.fixture
def lead(cast: Cast) -> Lead:
    return qualified(a_lead(owner=cast.owner, team=cast.key_accounts, industry="制造业"))


def corrected(lead: Lead, cast: Cast, grade: str = "C", *, at: float = 2) -> Lead:
    correct(lead=lead, grade=grade, reason="预算被冻结", actor=cast.manager, now=NOW + hours(at))
    return lead


def test_a_correction_holds_and_says_who_and_why(lead: Lead, cast: Cast) -> None:
    corrected(lead, cast)
    view = grade_of(lead, now=NOW + hours(3))
    assert (view.grade, view.source, view.by, view.said) == ("C", "manager", cast.manager, "预算被冻结")
    assert view.overridden
    assert view.disagrees
    assert view.rule_grade == "A"
    assert next(entry.remark for entry in timeline(lead)) == "预算被冻结"
    log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(4))
    grade_many(lead_ids=[lead.pk], now=NOW + timedelta(days=30))
    assert standing(lead) == ("C", "manager")


def test_a_correction_ends_when_a_fact_under_it_changes(lead: Lead, cast: Cast) -> None:
    corrected(lead, cast)
    edit_lead(lead=lead, changes={"industry": "零售业"}, actor=None, now=NOW + hours(3))
    assert standing(lead) == ("C", "manager"), "no rule asks for the industry"
    qualified(lead, Answers(need="matches"), at=4)
    assert standing(lead) == ("B", "rule")
    assert list(waiting(cast.manager, "ended")) == [lead]


def test_new_rules_alone_do_not_end_a_correction(lead: Lead, cast: Cast) -> None:
    corrected(lead, cast)
    grading = dict(policy(default_process(), "grading"))
    grading["rules"] = [{"grade": "B", "all": [{"field": "industry", "is": ["制造业"]}]}]
    publish_policies(process=default_process(), changes={"grading": grading}, actor=None, now=NOW)
    grade_many(lead_ids=[lead.pk], now=NOW + hours(5))
    assert standing(lead) == ("C", "manager")
    assert Grading.objects.get(pk=lead.pk).rule_grade == "B"


def test_corrections_can_be_for_good(lead: Lead, cast: Cast) -> None:
    grading = {**policy(default_process(), "grading"), "manager_correction": "always"}
    publish_policies(process=default_process(), changes={"grading": grading}, actor=None, now=NOW)
    corrected(lead, cast)
    qualified(lead, Answers(need="matches"), at=4)
    assert standing(lead) == ("C", "manager")


def test_the_manager_wins_over_the_rep(lead: Lead, cast: Cast) -> None:
    edit_lead(lead=lead, changes={"grade": "B"}, actor=cast.owner, now=NOW + hours(2))
    assert standing(lead) == ("B", "rep")
    corrected(lead, cast, at=3)
    edit_lead(lead=lead, changes={"grade": "A"}, actor=cast.owner, now=NOW + hours(4))
    assert standing(lead) == ("C", "manager")
    assert lead.grade == "C"
    assert list(waiting(cast.manager, "disagree")) == [], "the rep and the rules say the same"


def test_taking_a_correction_back_lets_the_rules_speak(lead: Lead, cast: Cast) -> None:
    corrected(lead, cast)
    let_go(lead=lead, actor=cast.manager, now=NOW + hours(3))
    assert standing(lead) == ("A", "rule")


def test_accepting_leaves_the_grade_with_the_facts(lead: Lead, cast: Cast) -> None:
    accept(lead=lead, actor=cast.manager, now=NOW + hours(2), seen="A")
    assert standing(lead) == ("A", "rule")
    assert grade_of(lead, now=NOW + hours(2)).accepted_by == cast.manager
    qualified(lead, Answers(budget="none"), at=3)
    assert standing(lead) == ("C", "rule")
    assert grade_of(lead, now=NOW + hours(3)).accepted_by is None


def test_accepting_a_grade_of_a_file(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, grade="A")
    assert list(waiting(cast.manager, "new")) == [lead]
    accept(lead=lead, actor=cast.manager, now=NOW + hours(1))
    assert standing(lead) == ("A", "file")
    assert list(waiting(cast.manager)) == []


def test_nobody_reviews_what_was_changed_meanwhile(lead: Lead, cast: Cast) -> None:
    qualified(lead, Answers(budget="none"), at=2)
    for judge in (
        lambda: accept(lead=lead, actor=cast.manager, now=NOW + hours(3), seen="A"),
        lambda: correct(lead=lead, grade="B", reason="x", actor=cast.manager, now=NOW + hours(3), seen="A"),
    ):
        with pytest.raises(Conflict, match="is C by now"):
            judge()
    assert not Judgement.objects.exists()


@pytest.mark.parametrize(
    ("grade", "reason", "field"), [("D", "because", "grade"), ("", "because", "grade"), ("B", "  ", "reason")]
)
def test_a_correction_needs_a_grade_and_a_reason(
    lead: Lead, cast: Cast, grade: str, reason: str, field: str
) -> None:
    with pytest.raises(DataError) as refused:
        correct(lead=lead, grade=grade, reason=reason, actor=cast.manager, now=NOW + hours(2))
    assert refused.value.field == field


def test_an_identity_number_is_refused_in_the_reason(lead: Lead, cast: Cast) -> None:
    with pytest.raises(DataError) as refused:
        correct(
            lead=lead, grade="B", reason="身份证 11010519491231002X", actor=cast.manager, now=NOW + hours(2)
        )
    assert refused.value.field == "reason"
    assert "19491231" not in str(refused.value.message)


def test_who_reviews(lead: Lead, cast: Cast) -> None:
    for nobody in (cast.stranger, cast.other_manager):
        with pytest.raises(NotFound):
            accept(lead=lead, actor=nobody, now=NOW + hours(2))
    for sees_only in (cast.owner, cast.marketing, cast.exec):
        with pytest.raises(NotAllowed):
            correct(lead=lead, grade="B", reason="x", actor=sees_only, now=NOW + hours(2))
    correct(lead=lead, grade="B", reason="x", actor=cast.ops, now=NOW + hours(2))
    assert standing(lead) == ("B", "manager")


def test_the_list_holds_what_is_worth_a_look_and_nothing_of_others(cast: Cast) -> None:
    mine = [qualified(a_lead(owner=cast.owner, team=cast.key_accounts), at=1) for _ in range(2)]
    theirs = qualified(a_lead(owner=cast.stranger, team=cast.south))
    edit_lead(lead=mine[0], changes={"grade": "C"}, actor=cast.owner, now=NOW + hours(2))
    assert list(waiting(cast.manager, "disagree")) == [mine[0]]
    assert list(waiting(cast.manager, "new")) == [mine[1]]
    assert waiting_counts(cast.manager) == {"disagree": 1, "ended": 0, "new": 1, "all": 2}
    assert list(waiting(cast.other_manager)) == [theirs]
    assert waiting_counts(cast.ops)["all"] == 3
    accept(lead=mine[0], actor=cast.manager, now=NOW + hours(3))
    assert list(waiting(cast.manager, "disagree")) == []


def test_disagreement_counts_pairs_of_judges(cast: Cast) -> None:
    pairs = [("A", "B", "B"), ("A", "A", "C"), ("A", "", "A")]
    for rule, rep, manager in pairs:
        lead = qualified(a_lead(owner=cast.owner, team=cast.key_accounts), READY)
        assert lead.grade == rule
        if rep and rep != rule:
            edit_lead(lead=lead, changes={"grade": rep}, actor=cast.owner, now=NOW + hours(2))
        if manager != lead.grade:
            corrected(lead, cast, manager, at=3)
        else:
            accept(lead=lead, actor=cast.manager, now=NOW + hours(3))
    found = {(one.rows, one.columns): one for one in matrices(cast.manager)}
    assert found["rule", "rep"].counts == {("A", "B"): 1}
    assert found["rule", "manager"].counts == {("A", "B"): 1, ("A", "C"): 1, ("A", "A"): 1}
    assert found["rep", "manager"].counts == {("B", "B"): 1}
    assert found["rule", "manager"].agreement == pytest.approx(1 / 3)
    assert all(one.judged == 0 for one in matrices(cast.other_manager))
