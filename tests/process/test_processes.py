from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.analysis.tables import MAX_STAGES
from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.people.models import Role
from leadloop.process import queries, shipped
from leadloop.process.models import LossReason, Process, Stage
from leadloop.process.operations import (
    StageSpec,
    create_from_template,
    create_process,
    ensure_loss_reason,
    install_defaults,
    publish_policies,
    publish_version,
    set_default,
)

GENERAL = [
    # key, name, low, high, days, owner, canonical, qualifying, won
    ("captured", "线索获取", 0, 10, 1, "marketing", 1, False, False),
    ("screened", "初步筛选", 10, 25, 2, "rep", 2, False, False),
    ("need", "需求沟通", 25, 50, 7, "rep", 3, True, False),
    ("proposal", "方案提供", 50, 70, 10, "rep", 4, False, False),
    ("negotiation", "商务谈判", 60, 80, 14, "rep+manager", 5, False, False),
    ("signed", "成交签约", 100, 100, None, "rep", 6, False, True),
]
POLICIES = {
    "grading",
    "tags",
    "time_limits",
    "cadence",
    "pool",
    "assignment",
    "chain",
    "discovery",
    "warnings",
    "conflict",
    "duplicates",
    "retention",
    "moves",
}


def some_stages(*keys: str) -> list[StageSpec]:
    specs = [StageSpec(key=key, name_zh=key, name_en=key, canonical=1) for key in keys]
    return [*specs[:-1], replace(specs[-1], canonical=6, won=True)]


def test_the_general_process_is_as_described(process: Process) -> None:
    assert (process.key, process.is_default) == ("general_b2b", True)
    stages = queries.stages(queries.current_version(process))
    assert [
        (
            stage.key,
            stage.name_zh,
            stage.probability_low,
            stage.probability_high,
            stage.expected_days,
            stage.owner_role,
            stage.canonical,
            stage.qualifying,
            stage.won,
        )
        for stage in stages
    ] == GENERAL
    assert [len(stage.gate) for stage in stages] == [0, 4, 3, 3, 2, 2]


def test_policies_are_data_of_the_version(process: Process) -> None:
    policies = queries.current_version(process).policies
    assert set(policies) == POLICIES
    assert policies["time_limits"]["first_follow_up"] == {
        "remind": {"hours": 2},
        "due": {"days": 1},
        "propose": {"days": 2},
        "then": "reassign",
    }
    assert (policies["pool"]["return_after_days"], policies["cadence"]["B"]) == (
        {"A": 7, "B": 21},
        {"every_days": 14},
    )


@pytest.mark.parametrize("key", shipped.TEMPLATES)
def test_every_template_makes_a_process_in_both_languages(cast: Cast, key: str) -> None:
    if key != "general_b2b":
        create_from_template(key=key, actor=cast.ops, now=NOW)
    process = queries.get(key)
    version = queries.current_version(process)
    stages = queries.stages(version)
    assert set(version.policies) == POLICIES
    assert 2 <= len(stages) <= MAX_STAGES
    assert [stage.won for stage in stages] == [False] * (len(stages) - 1) + [True]
    assert sum(stage.qualifying for stage in stages) == 1
    assert [stage.canonical for stage in stages] == sorted(stage.canonical for stage in stages)
    assert {role for stage in stages for role in stage.owner_role.split("+")} <= set(Role.values)
    for thing in (process, *stages):
        assert thing.name_zh
        assert thing.name_en
        assert thing.name_en.isascii()
    assert all(stage.definition_zh and stage.definition_en for stage in stages)


def test_the_stages_of_the_other_templates() -> None:
    keys = {key: [stage["key"] for stage in shipped.template(key)["stage"]] for key in shipped.TEMPLATES[1:]}
    assert keys == {
        "saas": ["captured", "qualified", "demo", "trial", "negotiation", "signed"],
        "industrial_equipment": [
            "captured",
            "screened",
            "technical_assessment",
            "bid",
            "bid_clarification",
            "negotiation",
            "signed",
        ],
        "opportunity_sheet": ["potential", "intent", "evaluation", "closing"],
        "retail_services": ["captured", "contacted", "appointment", "experience", "order"],
    }


def test_installing_twice_changes_nothing(process: Process) -> None:
    before = (Process.objects.count(), Stage.objects.count(), LossReason.objects.count())
    install_defaults(now=NOW + hours(1))
    assert (Process.objects.count(), Stage.objects.count(), LossReason.objects.count()) == before


def test_a_name_is_shown_in_the_readers_language(process: Process) -> None:
    stage = queries.first_stage(queries.current_version(process))
    with translation.override("zh-hans"):
        assert stage.name == "线索获取"
    with translation.override("en"):
        assert stage.name == "Captured"


def test_loss_reasons_have_two_levels_and_forms_do_not_offer_what_imports_use(process: Process) -> None:
    offered = queries.loss_reasons()
    assert [reason.key for reason in offered] == [
        "need",
        "budget",
        "competition",
        "timing",
        "follow_up",
        "information",
        "proposal",
        "other",
    ]
    assert [child.key for child in offered[0].children.all()] == [
        "need_unclear",
        "need_changed",
        "need_not_matched",
    ]
    assert [reason.key for reason in offered if reason.needs_note] == ["other"]
    assert "not_stated" in [reason.key for reason in queries.loss_reasons(offered=False)]


def test_an_import_finds_a_reason_by_either_name_or_makes_one(process: Process) -> None:
    assert ensure_loss_reason(name="预算不足", now=NOW).key == "budget_too_small"
    assert ensure_loss_reason(name=" budget too SMALL ", now=NOW).key == "budget_too_small"
    assert ensure_loss_reason(name="  ", now=NOW).key == "not_stated"
    made = ensure_loss_reason(name="老板不同意", now=NOW)
    assert (made.name_zh, made.name_en, made.parent) == ("老板不同意", "老板不同意", None)
    assert ensure_loss_reason(name="老板不同意", now=NOW) == made
    assert ensure_loss_reason(name="Head-count freeze", now=NOW).key == "head-count-freeze"


@pytest.mark.parametrize(
    "stages",
    [
        some_stages("only"),
        some_stages(*(f"s{n}" for n in range(MAX_STAGES + 1))),
        [replace(stage, won=False) for stage in some_stages("a", "b")],
        [replace(stage, won=True) for stage in some_stages("a", "b")],
        list(reversed(some_stages("a", "b"))),
        some_stages("a", "a"),
        [
            replace(stage, canonical=canonical)
            for stage, canonical in zip(some_stages("a", "b", "c"), (3, 2, 6), strict=True)
        ],
        [replace(stage, canonical=7) for stage in some_stages("a", "b")],
    ],
)
def test_stages_that_make_no_process_are_refused(cast: Cast, stages: list[StageSpec]) -> None:
    with pytest.raises(DataError):
        create_process(key="x", name_zh="x", name_en="x", stages=stages, actor=cast.ops, now=NOW)
    assert not Process.objects.filter(key="x").exists()


def test_only_operations_change_processes(cast: Cast) -> None:
    for who in ("owner", "manager", "marketing", "exec", "admin"):
        with pytest.raises(NotAllowed):
            create_from_template(key="saas", actor=getattr(cast, who), now=NOW)


def test_a_key_exists_once_and_a_template_must_exist(cast: Cast) -> None:
    with pytest.raises(Conflict):
        create_from_template(key="general_b2b", actor=cast.ops, now=NOW)
    with pytest.raises(DataError):
        create_from_template(key="nothing", actor=cast.ops, now=NOW)


def test_a_new_version_is_for_new_leads_and_the_analysis_knows_every_stage(cast: Cast) -> None:
    saas = create_from_template(key="saas", actor=cast.ops, now=NOW)
    old = a_lead(process=saas)
    version = publish_version(
        process=saas, stages=some_stages("captured", "pilot", "signed"), policies={}, actor=cast.ops, now=NOW
    )
    assert (version.number, old.version.number, a_lead(process=saas).version) == (2, 1, version)
    known = [stage for stage in queries.analysis_stages() if stage.process == "saas"]
    assert [stage.position for stage in known] == list(range(1, len(known) + 1))
    assert {stage.key for stage in known} == {
        "captured",
        "qualified",
        "demo",
        "trial",
        "negotiation",
        "pilot",
        "signed",
    }
    assert [stage.key for stage in known][-1] == "signed"
    assert len([stage for stage in queries.analysis_stages() if stage.process == "general_b2b"]) == 6


def test_the_default_process_can_be_another_one(cast: Cast) -> None:
    saas = create_from_template(key="saas", actor=cast.ops, now=NOW)
    assert a_lead().process.key == "general_b2b"
    set_default(process=saas, actor=cast.ops, now=NOW)
    assert queries.default_process() == saas
    assert a_lead().process == saas


def test_without_a_process_the_message_says_what_to_do(db: None) -> None:
    with pytest.raises(NotFound, match="Set one up"):
        queries.default_process()


def test_policies_are_published_with_the_stages_that_there_are(process: Process) -> None:
    before = queries.current_version(process)
    after = publish_policies(process=process, changes={"pool": {"warn_days_before": 5}}, actor=None, now=NOW)
    assert (after.number, queries.policy(process, "pool")) == (before.number + 1, {"warn_days_before": 5})
    assert after.policies["cadence"] == before.policies["cadence"]
    kept = [
        [(one.key, one.gate, one.position) for one in queries.stages(version)] for version in (before, after)
    ]
    assert kept[0] == kept[1]
