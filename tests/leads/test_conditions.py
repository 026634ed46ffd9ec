"""Conditions with and / or: what they find, and what becomes of nonsense."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_lost_lead, at_stage, loss_reason

from leadloop.foundation.errors import UsageError
from leadloop.leads import fitting
from leadloop.leads.conditions import FIELDS, OPERATORS, operators_of, read, restriction, write
from leadloop.leads.fitting import SPANS, Clock
from leadloop.leads.models import Lead

CLOCK = Clock(NOW, "Asia/Shanghai")


def found(*tree: Any) -> set[str]:
    group = read(json.dumps(tree))
    assert group is not None
    return set(Lead.objects.filter(restriction(group, CLOCK)).values_list("number", flat=True))


@pytest.fixture
def leads(cast: Cast) -> None:
    a_lead(
        number="A", customer="华信科技", industry="机械", grade="A", tags=("VIP", "展会"), owner=cast.owner,
        team=cast.key_accounts, channel=a_channel(), expected_amount=Decimal(100), captured_at=NOW,
    )  # fmt: skip
    a_lead(
        number="B", customer="东方设备", industry="", grade="", captured_at=NOW - timedelta(days=10),
        expected_amount=Decimal(50), tags=("VIP",),
    )  # fmt: skip
    at_stage(a_lead(number="C", customer="Acme", industry="Machinery", grade="C",
                    captured_at=NOW - timedelta(days=400)), "need")  # fmt: skip
    a_lost_lead(number="D", customer="Dora", grade="B", captured_at=NOW - timedelta(days=40))


@pytest.mark.django_db
@pytest.mark.usefixtures("leads")
class TestOperators:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            (["customer", "contains", ["信 科"]], "A"),
            (["customer", "lacks", ["华信"]], "BCD"),
            (["customer", "is", ["acme"]], "C"),
            (["customer", "isnt", ["acme"]], "ABD"),
            (["customer", "starts", ["D"]], "D"),
            (["industry", "empty"], "BD"),
            (["industry", "filled"], "AC"),
            (["grade", "any", ["A", "C"]], "AC"),
            (["grade", "none", ["A", "C"]], "BD"),
            (["grade", "empty", []], "B"),
            (["owner", "empty"], "BCD"),
            (["owner", "filled"], "A"),
            (["stage", "any", ["need"]], "C"),
            (["stage", "none", ["need"]], "ABD"),
            (["state", "any", ["lost"]], "D"),
            (["validity", "any", ["valid"]], "ABCD"),
            (["expected_amount", "ge", ["50"]], "AB"),
            (["expected_amount", "le", [99.5]], "B"),
            (["expected_amount", "eq", ["100"]], "A"),
            (["expected_amount", "between", ["100", "60"]], "A"),
            (["expected_amount", "empty"], "CD"),
            (["tags", "any", ["VIP"]], "AB"),
            (["tags", "all", ["VIP", "展会"]], "A"),
            (["tags", "none", ["VIP"]], "CD"),
            (["tags", "empty"], "CD"),
            (["tags", "filled"], "AB"),
            (["captured_at", "on", ["2026-06-15"]], "A"),
            (["captured_at", "before", ["2026-06-05"]], "CD"),
            (["captured_at", "since", ["2026-06-05"]], "AB"),
            (["captured_at", "between", ["2026-06-05", "2026-06-01"]], "B"),
            (["captured_at", "last", ["11"]], "AB"),
            (["captured_at", "older", ["11"]], "CD"),
            (["captured_at", "in", ["today"]], "A"),
            (["captured_at", "in", ["this_month"]], "AB"),
            (["captured_at", "in", ["last_month"]], "D"),
            (["captured_at", "in", ["this_year"]], "ABD"),
            (["closed_at", "filled"], "D"),
            (["follow_ups", "eq", ["0"]], "ABCD"),
        ],
    )
    def test_each_finds_what_it_says(self, condition: list[Any], expected: str) -> None:
        assert found("and", condition) == set(expected)

    def test_a_common_stage_is_looked_for_another_way_with_the_same_answer(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fitting, "FEW", 0)
        assert found("and", ["stage", "any", ["need"]]) == {"C"}
        assert found("and", ["stage", "none", ["need"]]) == {"A", "B", "D"}

    def test_a_reason_is_chosen_by_its_row(self) -> None:
        assert found("and", ["reason", "any", [str(loss_reason("budget_too_small").pk)]]) == {"D"}

    def test_and_or_and_groups_in_groups(self) -> None:
        rich, vip, need = (
            ["expected_amount", "ge", ["80"]],
            ["tags", "any", ["VIP"]],
            ["stage", "any", ["need"]],
        )
        assert found("and", rich, vip) == {"A"}
        assert found("or", rich, need) == {"A", "C"}
        assert found("and", vip, ["or", need, ["grade", "empty", []]]) == {"B"}
        assert found("or", ["and", rich, vip], ["and", need]) == {"A", "C"}


@pytest.mark.django_db
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_every_operator_of_every_field_is_a_query_that_runs(field: Any) -> None:
    values = {"none": [], "span": ["this_week"], "days": ["7"]}
    plain = {"number": "5", "time": "2026-06-01", "ids": "5", "choice": (field.values or ("x",))[0]}
    for operator in operators_of(field):
        one = plain.get(field.type, "x")
        given_values = values.get(operator.takes, [one, one] if operator.takes == "two" else [one])
        assert found("and", [field.key, operator.key, given_values]) == set()


def test_every_period_can_be_reckoned_on_every_day_of_a_year() -> None:
    for day in range(366):
        clock = Clock(NOW + timedelta(days=day), "Asia/Shanghai")
        for span in SPANS:
            tree = read(json.dumps(["captured_at", "in", [span]]))
            assert tree is not None
            assert restriction(tree, clock)


@pytest.mark.parametrize(
    "text",
    [
        "{", "[]", "1", '"and"', "null", '["and",1]', '["nofield","is",["x"]]', '["grade","like",["A"]]',
        '["number","empty"]', '["grade","any",["Z"]]', '["grade","any",[]]', '["grade","any",[["A"]]]',
        '["customer","is",[""]]', '["owner","any",["1 or 1=1"]]', '["amount","ge",["NaN"]]',
        '["amount","ge",["1e99"]]', '["amount","between",["1"]]', '["captured_at","on",["31.12."]]',
        '["captured_at","on",["0001-01-01"]]', '["captured_at","last",["-1"]]',
        '["captured_at","last",["99999"]]', '["captured_at","in",["someday"]]', '["__class__","is",["x"]]',
        '["contact__phone","contains",["138"]]', "[" * 5_000, "x" * 9_000,
        json.dumps(["and", ["and", ["and", ["and", ["and", ["grade", "empty"]]]]]]),
        json.dumps(["and", *[["grade", "empty"]] * 31]), json.dumps(["tags", "any", ["x"] * 101]),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    assert refused.value.field == "f"


def test_the_fault_names_the_condition_and_the_field() -> None:
    with pytest.raises(UsageError, match="Condition 2, “Expected amount”: “viel” is not a number"):
        read('["and",["grade","any",["A"]],["expected_amount","ge",["viel"]]]')


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(st.none() | st.text(max_size=9) | st.integers(), st.lists, max_leaves=20))
def test_whatever_json_comes_is_understood_or_refused(data: Any) -> None:
    try:
        tree = read(json.dumps(data))
    except UsageError:
        return
    assert tree is None or read(write(tree)) == tree


def test_no_field_gives_a_contact_or_free_words_away() -> None:
    paths = {field.path for field in FIELDS}
    assert not any(path.startswith("contact") or path in {"first_need", "close_note"} for path in paths)
    assert {field.type for field in FIELDS} == set(OPERATORS)
