# ruff: noqa: E501 - rows of a table
from __future__ import annotations

import pytest

from leadloop.intake.stages import CANONICAL, NAMES, arrange, canonical_of, stage_in_header
from leadloop.intake.words import OUTCOMES, outcome_of


def keys(*names: str, timed: tuple[str, ...] = ()) -> list[str]:
    return [stage.key for stage in arrange(timed, names)]


@pytest.mark.parametrize("position", range(1, 7))
def test_names_of_each_step(position: int) -> None:
    for name in NAMES[CANONICAL[position - 1]].split(", "):
        assert canonical_of(name) == position, name


def test_no_name_belongs_to_two_steps() -> None:
    names = [name.strip() for step in CANONICAL for name in NAMES[step].split(", ")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    "name", ["2. Needs Analysis", "B) 需求分析", "Needs Analysis (25%)", "需求分析阶段", "needs_analysis"]
)
def test_decorations_of_a_name(name: str) -> None:
    assert canonical_of(name) == 3


@pytest.mark.parametrize(
    ("header", "stage"),
    [
        ("初步筛选时间", "初步筛选"),
        ("需求沟通阶段进入时间", "需求沟通"),
        ("进入商务谈判时间", "商务谈判"),
        ("方案提供日期", "方案提供"),
        ("Proposal date", "Proposal"),
        ("negotiation_entered_at", "negotiation"),
        ("Date entered Proposal", "Proposal"),
        ('Date entered "Contract sent (Sales Pipeline)"', "Contract sent"),
        ("样机试用时间", "样机试用"),
        ("更新时间", None),
        ("Last modified date", None),
    ],
)
def test_headers_with_the_time_of_a_stage(header: str, stage: str | None) -> None:
    assert stage_in_header(header, {"样机试用": "样机试用"}) == stage


def test_salesforce() -> None:
    stages = arrange([], [
        "Closed Won", "Negotiation/Review", "Prospecting", "Qualification", "Needs Analysis", "Value Proposition",
        "Id. Decision Makers", "Perception Analysis", "Proposal/Price Quote", "Closed Lost",
    ])  # fmt: skip
    assert [stage.name for stage in stages] == [
        "Prospecting", "Qualification", "Needs Analysis", "Value Proposition", "Id. Decision Makers",
        "Perception Analysis", "Proposal/Price Quote", "Negotiation/Review", "Closed Won",
    ]  # fmt: skip
    assert [stage.canonical for stage in stages] == [1, 2, 3, 3, 3, 3, 4, 5, 6]
    assert len({stage.key for stage in stages}) == len(stages)


def test_hubspot() -> None:
    names = ["Appointment Scheduled", "Qualified To Buy", "Presentation Scheduled", "Decision Maker Bought-In", "Contract Sent", "Closed Won"]  # fmt: skip
    stages = arrange([], [*reversed(names), "Closed Lost"])
    assert [stage.name for stage in stages] == names


def test_pipedrive() -> None:
    names = ["Qualified", "Contact Made", "Demo Scheduled", "Proposal Made", "Negotiations Started"]
    stages = arrange([], names)
    assert [stage.name for stage in stages] == ["Captured", *names, "Signed"]


def test_odoo() -> None:
    assert keys("New", "Qualified", "Proposition", "Won") == ["captured", "screened", "proposal", "signed"]


def test_opportunity_sheet() -> None:
    assert keys("潜在", "意向", "评估", "成交") == ["captured", "screened", "need", "signed"]


def test_first_and_won_stage_are_always_there() -> None:
    assert [(s.key, s.name, s.won) for s in arrange(["需求沟通"], [])] == [
        ("captured", "线索获取", False),
        ("need", "需求沟通", False),
        ("signed", "成交签约", True),
    ]
    assert keys() == ["captured", "signed"]


def test_the_order_of_the_columns_wins() -> None:
    stages = arrange(["方案提供", "需求沟通"], [])
    assert [stage.name for stage in stages] == ["线索获取", "方案提供", "需求沟通", "成交签约"]
    assert [stage.canonical for stage in stages] == [1, 4, 4, 6]


def test_unknown_names_get_keys_of_their_own() -> None:
    stages = arrange([], ["样机试用", "内部评审"])
    assert [(s.key, s.canonical) for s in stages] == [
        ("captured", 1),
        ("stage_2", 2),
        ("stage_3", 2),
        ("signed", 6),
    ]


def test_unknown_names_follow_the_histories() -> None:
    stages = arrange([], ["B", "A", "C"], average={"A": 1.1, "B": 2.3, "C": 3.0})
    assert [stage.name for stage in stages] == ["Captured", "A", "B", "C", "Signed"]


def test_no_more_stages_than_the_analysis_knows() -> None:
    stages = arrange([f"step {i}" for i in range(30)], [])
    assert len(stages) == 12
    assert stages[-1].won


@pytest.mark.parametrize("word", list(OUTCOMES))
def test_words_of_each_outcome(word) -> None:
    for text in OUTCOMES[word].split(", "):
        assert outcome_of(text) == word, text


def test_no_word_means_two_outcomes() -> None:
    texts = [text.strip() for names in OUTCOMES.values() for text in names.split(", ")]
    assert sorted({text for text in texts if texts.count(text) > 1}) == []
