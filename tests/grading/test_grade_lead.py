"""A lead gets its grade from what is known about it, with a reason, in the same transaction."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours
from tests.grading.things import READY, edited, qualified, standing

from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.grading.models import Grading, Qualification, RuleTag
from leadloop.grading.operations import Answers, grade_many, qualify
from leadloop.grading.queries import grade_of, reminders
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, Tag
from leadloop.leads.operations import edit_lead, log_follow_up
from leadloop.process.operations import publish_policies


def test_a_lead_of_which_nothing_is_known_has_no_grade_and_says_what_is_missing(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner)
    view = grade_of(lead, now=NOW)
    assert (lead.grade, view.points, view.temperature) == ("", None, "")
    assert [str(fact) for fact in view.missing] == ["budget", "need", "authority", "time of purchase"]
    assert "Not known: budget; need" in str(view.reason)
    assert not Grading.objects.exists()


def test_what_was_found_out_makes_the_grade_at_once(cast: Cast) -> None:
    lead = qualified(a_lead(owner=cast.owner))
    lead.refresh_from_db()
    stored = Grading.objects.get(pk=lead.pk)
    assert (lead.grade, stored.rule, stored.temperature, stored.bant) == ("A", 1, "hot", 12)
    assert stored.points == 12 * 6 + 8
    view = grade_of(lead, now=NOW + hours(1))
    assert str(view.reason).startswith("Rule 1: budget: named; need: matches; authority: decides")
    assert sum(one.points for one in view.contributions) == view.points == stored.points
    assert (view.version, view.source, view.by) == (1, "rule", None)
    assert {"grade": "A", "fields": ["tags"]} in edited(lead)


def test_an_unknown_fact_is_not_a_no(cast: Cast) -> None:
    lead = qualified(a_lead(), Answers(need="matches"))
    view = grade_of(lead, now=NOW + hours(2))
    assert (lead.grade, view.rule) == ("B", 3)
    assert [str(fact) for fact in view.missing] == ["budget", "authority", "time of purchase"]


@pytest.mark.parametrize("answers", [Answers(budget="none"), Answers(need="no"), Answers(authority="none")])
def test_no_budget_no_match_no_authority_is_c(cast: Cast, answers: Answers) -> None:
    assert qualified(a_lead(), answers).grade == "C"


def test_a_grade_goes_with_the_facts_and_comes_back_with_them(cast: Cast) -> None:
    lead = qualified(a_lead())
    qualified(lead, Answers(budget="none"), at=2)
    assert standing(lead) == ("C", "rule")
    qualified(lead, Answers(), at=3)
    assert standing(lead) == ("", "rule")
    qualified(lead, READY, at=4)
    assert standing(lead) == ("A", "rule")
    assert [row["grade"] for row in edited(lead) if "grade" in row] == ["A", "C", None, "A"]


def test_the_same_answers_again_change_nothing(cast: Cast) -> None:
    lead = qualified(a_lead())
    before = Event.objects.count()
    qualified(lead, at=2)
    assert Event.objects.count() == before


def test_time_is_a_fact(cast: Cast) -> None:
    """The day of the purchase comes near, is there, and passes: then the customer has to be asked again."""
    lead = qualified(a_lead(), Answers(**{**vars_of(READY), "purchase_by": date(2026, 12, 1)}))
    assert lead.grade == "B"
    for days, grade, missing in ((85, "A", []), (200, "B", ["time of purchase"])):
        grade_many(lead_ids=[lead.pk], now=NOW + timedelta(days=days))
        lead.refresh_from_db()
        view = grade_of(lead, now=NOW + timedelta(days=days))
        assert (lead.grade, [str(fact) for fact in view.missing]) == (grade, missing)


def vars_of(answers: Answers) -> dict[str, object]:
    return {name: getattr(answers, name) for name in Answers.__dataclass_fields__}


def test_grading_again_changes_nothing(cast: Cast) -> None:
    leads = [qualified(a_lead()), qualified(a_lead(), Answers(need="no")), a_lead(grade="B")]
    ids = [lead.pk for lead in leads]
    later = NOW + hours(5)
    grade_many(lead_ids=ids, now=later)
    rows = list(Grading.objects.order_by("pk").values())
    events = Event.objects.count()
    assert grade_many(lead_ids=ids, now=later) == 0
    assert (list(Grading.objects.order_by("pk").values()), Event.objects.count()) == (rows, events)


def test_one_by_one_and_many_at_once_come_to_the_same(cast: Cast) -> None:
    answers = [READY, Answers(need="partly", intent=2), Answers(only_asking=True), Answers(authority="none")]
    single = [qualified(a_lead(first_need="CRM"), one) for one in answers]
    bulk = [a_lead(first_need="CRM") for _ in answers]
    for lead, one in zip(bulk, answers, strict=True):
        Qualification.objects.create(lead=lead, changed_at=NOW, **vars_of(one))
    grade_many(lead_ids=[lead.pk for lead in bulk], now=NOW + hours(1))
    columns = ("rule_grade", "rule", "reason_key", "bant", "temperature", "points", "held_by", "lead__grade")
    rows = {row[0]: row[1:] for row in Grading.objects.values_list("pk", *columns)}
    assert [rows[lead.pk] for lead in bulk] == [rows[lead.pk] for lead in single]


def test_a_grade_of_a_file_stays_until_something_is_found_out(cast: Cast) -> None:
    lead = a_lead(grade="B")
    assert grade_of(lead, now=NOW).source == "file"
    grade_many(lead_ids=[lead.pk], now=NOW + hours(1))
    assert standing(lead) == ("B", "file")
    qualified(lead, Answers(need="no"), at=2)
    assert standing(lead) == ("C", "rule")


def test_a_grade_of_a_file_met_for_the_first_time_by_a_change(cast: Cast) -> None:
    lead = qualified(a_lead(grade="A"), Answers(budget="none"))
    assert standing(lead) == ("C", "rule")


def test_nothing_found_out_never_overrules_a_grade(cast: Cast) -> None:
    lead = a_lead(grade="A")
    qualified(lead, Answers(intent=5))
    assert standing(lead) == ("A", "file")


def test_a_closed_lead_keeps_its_grade(cast: Cast) -> None:
    lead = qualified(a_lost_lead(grade="A"), Answers(need="no"))
    assert lead.grade == "A"


def test_a_follow_up_moves_the_score(cast: Cast) -> None:
    lead = qualified(a_lead(owner=cast.owner))
    before = Grading.objects.get(pk=lead.pk).points
    log_follow_up(lead=lead, actor=cast.owner, now=NOW + hours(2))
    assert Grading.objects.get(pk=lead.pk).points == (before or 0) + 8
    grade_many(lead_ids=[lead.pk], now=NOW + timedelta(days=20))
    assert Grading.objects.get(pk=lead.pk).points == before


def test_tags_of_rules_come_and_go_and_tags_of_people_stay(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, tags=("VIP", "预算已明确"))
    qualified(lead)
    assert tags(lead) == {"VIP", "预算已明确", "高意向", "已接触决策人"}
    assert [row.tag.name for row in reminders(Lead.objects.filter(owner=cast.owner), since=NOW)] == ["高意向"]
    assert not reminders(Lead.objects.filter(owner=cast.teammate), since=NOW)
    qualified(lead, Answers(need="matches"), at=2)
    assert tags(lead) == {"VIP", "预算已明确"}
    assert not RuleTag.objects.exists()
    assert edited(lead)[-1] == {"grade": "B", "fields": ["tags"]}


def test_a_tag_of_a_rule_that_somebody_removed_comes_back_with_the_next_change(cast: Cast) -> None:
    lead = qualified(a_lead(), Answers(not_now=True))
    assert tags(lead) == {"暂不推进"}
    edit_lead(lead=lead, changes={"tags": ["VIP"]}, actor=None, now=NOW + hours(2))
    assert tags(lead) == {"VIP", "暂不推进"}


def tags(lead: object) -> set[str]:
    return set(Tag.objects.filter(leads=lead).values_list("name", flat=True))  # type: ignore[misc]


def test_a_rule_about_a_field_that_is_gone_is_skipped(cast: Cast) -> None:
    from leadloop.process.queries import default_process, policy

    rules = [
        {"grade": "C", "all": [{"field": "custom_7", "known": False}]},
        *policy(default_process(), "grading")["rules"],
    ]
    grading = {**policy(default_process(), "grading"), "rules": rules}
    publish_policies(process=default_process(), changes={"grading": grading}, actor=None, now=NOW)
    lead = qualified(a_lead())
    assert (lead.grade, Grading.objects.get(pk=lead.pk).rule) == ("A", 2)


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        (Answers(budget="rich"), "budget", "not an answer"),
        (Answers(intent=6), "intent", "Intent is 1 to 5"),
        (Answers(purchase_by=date(2026, 6, 1)), "purchase_by", "has passed already"),
        (Answers(purchase_by=date(2199, 1, 1)), "purchase_by", "more than ten years"),
        (Answers(budget_low=Decimal(20), budget_high=Decimal(10)), "budget_high", "ends below"),
        (Answers(budget="none", budget_low=Decimal(20)), "budget_low", "Either there is no budget"),
        (Answers(budget_low=Decimal(-1)), "budget_low", "zero or more"),
    ],
)
def test_answers_that_cannot_be(cast: Cast, answers: Answers, field: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as refused:
        qualified(a_lead(), answers)
    assert refused.value.field == field
    assert not Qualification.objects.exists()


def test_an_amount_is_a_named_budget(cast: Cast) -> None:
    lead = qualified(a_lead(), Answers(budget_low=Decimal(150_000), budget_high=Decimal(200_000)))
    assert Qualification.objects.get(pk=lead.pk).budget == "named"


def test_who_may_write_answers(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts)
    qualify(lead=lead, answers=READY, actor=cast.owner, now=NOW + hours(1))
    with pytest.raises(NotFound):
        qualify(lead=lead, answers=Answers(), actor=cast.stranger, now=NOW + hours(2))
    with pytest.raises(NotAllowed):
        qualify(lead=lead, answers=Answers(), actor=cast.marketing, now=NOW + hours(2))


def test_answers_are_not_written_over_those_of_somebody_else(cast: Cast) -> None:
    lead = qualified(a_lead())
    seen = Qualification.objects.get(pk=lead.pk).changed_at
    qualified(lead, Answers(need="no"), at=2)
    with pytest.raises(Conflict, match="meanwhile"):
        qualified(lead, Answers(need="partly"), at=3, seen=seen)
