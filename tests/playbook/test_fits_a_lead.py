"""Which scripts a lead gets, in which order, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.playbook.things import a_script

from leadloop.playbook.models import Part, Purpose
from leadloop.playbook.queries import for_lead, live
from leadloop.playbook.rules import PLACES, Situation, difference, filled, match
from leadloop.process import shipped as processes
from leadloop.process.models import Process

SITUATION = Situation(
    industry="汽车零部件制造业", grade="A", stage_key="need", process=("general_b2b", "通用 B2B 流程")
)


def score(industry: str = "", grades: str = "", stages: str = "", situation: Situation = SITUATION) -> int:
    found = match(industry=industry, grades=grades, stages=stages, situation=situation)
    return -1 if found is None else found.score


def test_what_was_written_for_something_else_does_not_fit() -> None:
    assert score(industry="零售业") == -1
    assert score(grades="BC") == -1
    assert score(stages="captured,proposal") == -1
    assert score(industry="制造业", grades="B") == -1


def test_the_nearest_is_the_one_for_the_industry_then_the_stage_then_the_grade() -> None:
    assert score(industry="制造业") > score(stages="need", grades="A") > score(stages="need")
    assert score(stages="need") > score(grades="AB") > score() == 0


def test_a_lead_of_which_little_is_known_gets_what_is_for_everybody() -> None:
    nothing = Situation()
    assert score(situation=nothing) == 0
    assert score(industry="制造业", situation=nothing) == -1
    assert score(grades="A", situation=nothing) == -1


def test_the_process_counts_as_an_industry_behind_the_customers_own() -> None:
    sells_saas = Situation(industry="制造业", process=("saas", "SaaS 流程", "SaaS"))
    assert score(industry="SaaS", situation=sells_saas) > 0
    assert score(industry="制造业", situation=sells_saas) > score(industry="SaaS", situation=sells_saas)


@pytest.mark.parametrize(
    ("said", "word", "fits"),
    [
        ("IT 服务", "IT", True),
        ("hospitality", "IT", False),
        ("Information Technology", "information technology", True),
        ("ＩＴ服务", "it", True),
        ("制造", "制造业", True),
        ("零售", "零售服务", True),
        ("医疗", "零售", False),
        ("", "零售", False),
    ],
)
def test_words_of_industries(said: str, word: str, fits: bool) -> None:
    assert (score(industry=word, situation=Situation(industry=said)) >= 0) == fits


def test_a_lead_page_gets_them_ordered_and_with_reasons(process: Process) -> None:
    general = a_script(title="General", language="zh")
    a_script(title="English", language="en")
    a_script(title="Retail", language="zh", industry="零售业")
    for_stage = a_script(title="Stage", language="zh", stages="need")
    for_industry = a_script(title="Industry", language="zh", industry="制造业、机械", grades="A")
    found = for_lead(industry="制造业", grade="A", stage_key="need", language="zh")
    assert [fit.version for fit in found] == [for_industry, for_stage, general]
    reasons = [str(fit.reason) for fit in found]
    assert reasons[0] == "industry: 制造业 · grade A"
    assert reasons[2] == "fits every lead"


def test_need_discovery_is_left_out_until_it_is_asked_for(process: Process) -> None:
    a_script(purpose="spin", part="s", title="S")
    a_script(purpose="value", title="V")
    asked = {"industry": "", "grade": "", "stage_key": "", "language": "en"}
    assert [fit.version.title for fit in for_lead(**asked)] == ["V"]
    assert [fit.version.title for fit in for_lead(**asked, purpose=Purpose.SPIN)] == ["S"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("template", processes.TEMPLATES)
def test_every_stage_of_every_shipped_process_has_something_to_say(
    shipped: None, template: str, language: str
) -> None:
    found = processes.template(template)
    names = (template, found["zh"], found["en"])
    for stage in found["stage"][:-1]:
        for grade in ("A", "B", "C", ""):
            fits = for_lead(
                industry="", grade=grade, stage_key=stage["key"], language=language, process=names
            )
            assert {fit.version.purpose for fit in fits} >= {"value", "objection"}, (stage["key"], grade)
            spin = for_lead(
                industry="",
                grade=grade,
                stage_key=stage["key"],
                language=language,
                purpose="spin",
                process=names,
            )
            assert {fit.version.part for fit in spin} == set(Part.values)


def test_the_shipped_stages_exist(shipped: None) -> None:
    known = {row["key"] for key in processes.TEMPLATES for row in processes.template(key)["stage"]}
    named = {key for one in live() for key in one.stages.split(",") if key}
    assert named <= known


def test_both_languages_say_the_same(shipped: None) -> None:
    def shapes(language: str) -> set[tuple[str, ...]]:
        return {
            (one.script.key.rpartition("-")[0], one.purpose, one.part, one.grades, one.stages)
            for one in live()
            if one.language == language
        }

    assert shapes("zh") == shapes("en")
    assert len(shapes("zh")) > 50


def test_places_take_what_is_known_and_keep_the_rest() -> None:
    text = "【联系人】您好，我是【我】，[customer]，【日期】"
    assert (
        filled(text, {"contact": "张三", "me": "", "customer": "华信"})
        == "张三您好，我是【我】，华信，【日期】"
    )
    assert filled(text, {}) == text
    assert all(len(places) == 2 for places in PLACES.values())


LINES = st.lists(st.sampled_from(["", "a", "b", "一", "二"]), max_size=8).map("\n".join)


@given(LINES, LINES)
def test_a_difference_holds_both_versions(before: str, after: str) -> None:
    lines = difference(before, after)
    assert [line.text for line in lines if line.how != "new"] == before.splitlines()
    assert [line.text for line in lines if line.how != "gone"] == after.splitlines()
