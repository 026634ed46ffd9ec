"""The engine by itself: what must hold for any facts and any policy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadloop.foundation.errors import DataError
from leadloop.grading.fields import LEAD, QUALIFICATION, Op, by_key
from leadloop.grading.policies import check_policy, read_policy
from leadloop.grading.rules import Engine, Facts, Verdict
from leadloop.process import shipped

pytestmark = pytest.mark.pure

FIELDS = by_key((*QUALIFICATION, *LEAD))
SHIPPED = shipped.policies()
ENGINE = Engine(check_policy(SHIPPED["grading"], SHIPPED["tags"], FIELDS), FIELDS)

BETTER: dict[str, tuple[Any, ...]] = {
    "budget": ("none", "planned", "named"),
    "need": ("no", "partly", "matches"),
    "authority": ("none", "has_say", "decides"),
    "purchase_in": (900, 300, 150, 60),
}
"""Answers from the worst to the best."""

some_facts = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(answers) for name, answers in BETTER.items()},
        "purchase_in": st.integers(0, 900),
        "intent": st.integers(1, 5),
        "only_asking": st.sampled_from(["yes", "no"]),
        "first_need": st.just("described"),
        "follow_ups": st.integers(0, 9),
        "age": st.integers(0, 900),
        "silence": st.integers(0, 900),
        "industry": st.sampled_from(["制造业", "学生", ""]),
    },
)
condition = st.one_of(
    st.builds(
        lambda field, limit, op: {"field": field, op: limit},
        st.sampled_from(["purchase_in", "intent", "age"]),
        st.integers(0, 400),
        st.sampled_from(["at_least", "at_most"]),
    ),
    st.builds(
        lambda pair, op: {"field": pair[0], op: [pair[1]]},
        st.sampled_from([(name, one) for name in ("budget", "need", "authority") for one in BETTER[name]]),
        st.sampled_from(["is", "is_not"]),
    ),
    st.builds(
        lambda field, known: {"field": field, "known": known},
        st.sampled_from(["budget", "industry"]),
        st.booleans(),
    ),
)
rule = st.builds(
    lambda grade, match, conditions: {"grade": grade, match: conditions},
    st.sampled_from("ABC"),
    st.sampled_from(["all", "any"]),
    st.lists(condition, min_size=1, max_size=3),
)
some_rules = st.lists(rule, min_size=1, max_size=5)


def engine_with(rules: list[dict[str, Any]]) -> Engine:
    return Engine(read_policy({**SHIPPED["grading"], "rules": rules}, SHIPPED["tags"], FIELDS), FIELDS)


def plainly(data: dict[str, Any], facts: Facts) -> bool:
    """One condition, said again in the plainest way."""
    value = facts.get(data["field"])
    if "known" in data:
        return (value is not None) == data["known"]
    if value is None:
        return False
    if "at_least" in data or "at_most" in data:
        return float(value) >= data["at_least"] if "at_least" in data else float(value) <= data["at_most"]
    return (value in data["is"]) if "is" in data else (value not in data["is_not"])


@settings(deadline=None)
@given(some_facts, some_rules)
def test_the_first_rule_that_holds_gives_the_grade(facts: Facts, rules: list[dict[str, Any]]) -> None:
    verdict = engine_with(rules).judge(facts)
    holding = [
        number
        for number, row in enumerate(rules, 1)
        if (all if "all" in row else any)(plainly(one, facts) for one in row.get("all", row.get("any")))
    ]
    assert verdict.rule == (holding[0] if holding else None)
    assert verdict.grade == (rules[holding[0] - 1]["grade"] if holding else "")


@settings(deadline=None)
@given(some_facts)
def test_the_score_is_the_sum_of_its_reasons_and_between_0_and_100(facts: Facts) -> None:
    verdict = ENGINE.judge(facts)
    if verdict.points is None:
        assert not verdict.contributions
    else:
        assert 0 <= verdict.points <= 100
        assert verdict.points == sum(one.points for one in verdict.contributions)
    assert 0 <= verdict.bant <= 12


@settings(deadline=None)
@given(some_facts, st.sampled_from(list(BETTER)), st.data())
def test_a_better_answer_never_makes_a_lead_colder(facts: Facts, part: str, data: Any) -> None:
    answers = BETTER[part]
    worse = data.draw(st.integers(0, len(answers) - 2))
    better = data.draw(st.integers(worse + 1, len(answers) - 1))
    before = ENGINE.judge({**facts, part: answers[worse]})
    after = ENGINE.judge({**facts, part: answers[better]})
    assert (after.bant, after.points or 0) >= (before.bant, before.points or 0)
    assert (after.points or 0) >= (before.points or 0)
    order = ["cold", "warm", "hot"]
    assert order.index(after.temperature) >= order.index(before.temperature)


@settings(deadline=None)
@given(some_facts, some_rules, st.integers(0, 5), st.sampled_from("ABC"))
def test_a_rule_about_a_deleted_field_is_as_if_it_were_not_there(
    facts: Facts, rules: list[dict[str, Any]], place: int, grade: str
) -> None:
    broken = {
        "grade": grade,
        "any": [{"field": "deleted", "known": False}, {"field": "budget", "known": True}],
    }
    place = min(place, len(rules))
    with_broken = [*rules[:place], broken, *rules[place:]]
    engine = engine_with(with_broken)
    assert "deleted" in str(engine.policy.rules[place].problem)
    assert engine.judge(facts).grade == engine_with(rules).judge(facts).grade


@settings(deadline=None)
@given(st.lists(some_facts, max_size=20))
def test_leads_do_not_colour_each_other(many: list[Facts]) -> None:
    """What is remembered between leads changes nothing."""
    shared = engine_with(SHIPPED["grading"]["rules"])
    alone: list[Verdict] = [engine_with(SHIPPED["grading"]["rules"]).judge(facts) for facts in many]
    assert [shared.judge(facts) for facts in many] == alone


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["field", "is", "all", "any", "grade", "rules", "points", "lines", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["rules", "points", "score", "hot", "warm"]), JSON), JSON)
def test_a_policy_of_any_shape_is_read_and_judges(grading: dict[str, Any], tags: Any) -> None:
    policy = read_policy(grading, {"rules": tags}, FIELDS)
    Engine(policy, FIELDS).judge({"budget": "named", "intent": 3})


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"grade": "A", "all": []}, "Rule 2: it has no condition"),
        ({"grade": "D", "all": [{"field": "intent", "at_least": 3}]}, "a grade is A, B or C"),
        ({"grade": "A", "all": [{"field": "gone", "known": True}]}, "“gone” no longer exists"),
        ({"grade": "A", "all": [{"field": "budget", "is": ["rich"]}]}, "“rich” of “budget” no longer exists"),
        ({"grade": "A", "all": [{"field": "budget", "at_least": 3}]}, "cannot be compared like this"),
        ({"grade": "A", "all": [{"field": "intent", "at_least": "many"}]}, "a condition cannot be read"),
        ({"grade": "A", "all": [{"field": "industry", "is": [" "]}]}, "“industry” needs a value"),
        (
            {"grade": "A", "all": [{"field": "intent", "at_least": float("nan")}]},
            "a condition cannot be read",
        ),
    ],
)
def test_what_may_not_be_published_is_named(row: dict[str, Any], words: str) -> None:
    first = SHIPPED["grading"]["rules"][0]
    with pytest.raises(DataError, match="Rule 2") as refused:
        check_policy({**SHIPPED["grading"], "rules": [first, row]}, SHIPPED["tags"], FIELDS)
    assert words in str(refused.value)


def test_thresholds_must_make_sense() -> None:
    with pytest.raises(DataError, match="Hot must begin above warm"):
        check_policy({**SHIPPED["grading"], "hot": 5, "warm": 5}, SHIPPED["tags"], FIELDS)


def test_policies_of_earlier_versions_are_understood() -> None:
    old = {"rules": [{"grade": "A", "all": ["budget_named", "purchase_within_3_months"]}]}
    policy = read_policy(old, {"rules": [{"tag": "x", "when": ["postponed"]}]}, FIELDS)
    assert policy.rules[0].problem is None
    assert [(one.field, one.op) for one in policy.rules[0].when.conditions] == [
        ("budget", Op.IS),
        ("purchase_in", Op.AT_MOST),
    ]
    verdict = Engine(policy, FIELDS).judge({"budget": "named", "purchase_in": 10, "not_now": "yes"})
    assert (verdict.grade, [tag.tag for tag in verdict.tags]) == ("A", ["x"])
