"""Which warnings hold, as a function of facts, policy and time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import NOW
from tests.warnings.things import days

from leadloop.process import shipped
from leadloop.warnings.rules import (
    Facts,
    Hit,
    Open,
    Policy,
    Rule,
    StageTime,
    difference,
    holding,
    read,
)

SHIPPED = read(shipped.policies()["warnings"])
moments = st.integers(-200, 0).map(lambda back: NOW + timedelta(hours=back))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    first = draw(st.none() | moments)
    last = None if first is None else max(first, draw(moments))
    return Facts(
        grade=draw(st.sampled_from(["A", "B", "C", ""])),
        canonical=draw(st.integers(0, 6)),
        stage_since=draw(moments),
        limit=draw(st.none() | st.floats(0.1, 60).map(StageTime)),
        first_contact=first,
        last_contact=last,
        heard=draw(st.none() | moments),
        due=draw(st.none() | st.integers(-100, 100).map(lambda hour: NOW + timedelta(hours=hour))),
        met=draw(st.booleans()),
        cadence=draw(st.booleans()),
        quoted=sorted(draw(st.lists(moments, max_size=6))),
    )


def hits(of: Facts, now: datetime = NOW, policy: Policy = SHIPPED) -> dict[Rule, Hit]:
    return {hit.rule: hit for hit in holding(of, policy, now)}


@given(facts(), st.integers(0, 100))
def test_what_holds_goes_on_holding_until_something_happens(of: Facts, later: int) -> None:
    """But for quotations, which grow old."""
    now = set(hits(of)) - {Rule.QUOTATIONS}

    assert now <= set(hits(of, NOW + timedelta(hours=later)))


@given(facts())
def test_nothing_holds_before_its_moment_and_the_anchor_is_not_after_it(of: Facts) -> None:
    for hit in hits(of).values():
        assert hit.anchor <= hit.since <= NOW


@given(facts())
def test_without_a_policy_nothing_is_warned_of(of: Facts) -> None:
    assert not hits(of, policy=Policy())


@given(st.lists(st.tuples(st.integers(1, 4), facts()), max_size=8))
def test_what_is_written_once_needs_no_writing_again(leads: list[tuple[int, Facts]]) -> None:
    holds = {lead: tuple(holding(of, SHIPPED, NOW)) for lead, of in leads}
    first = difference(holds, [])
    stored = [
        Open(number, lead, hit.rule.value, hit.anchor) for number, (lead, hit) in enumerate(first.begin)
    ]

    assert len(stored) == sum(len(hits) for hits in holds.values())
    assert not difference(holds, stored)
    ended = difference({}, stored)
    assert (len(ended.begin), len(ended.end)) == (0, len(stored))


QUOTED = Facts("A", 4, NOW, None, NOW, NOW, NOW, NOW + days(1), True, True)


@pytest.mark.parametrize(
    ("back", "held"),
    [
        ((1, 5, 13), True),
        ((1, 5), False),
        ((1, 5, 14), False),
        ((1, 5, 13, 20), True),
        ((15, 16, 17), False),
        ((0, 0, 0), True),
    ],
)
def test_three_versions_within_fourteen_days(back: tuple[int, ...], held: bool) -> None:
    of = QUOTED._replace(quoted=sorted(NOW - days(number) for number in back))

    assert (Rule.QUOTATIONS in hits(of)) is held


def test_a_further_version_is_the_same_occasion() -> None:
    sent = [NOW, NOW + days(4), NOW + days(8)]
    before = hits(QUOTED._replace(quoted=sent), NOW + days(8))[Rule.QUOTATIONS]
    after = hits(QUOTED._replace(quoted=[*sent, NOW + days(16)]), NOW + days(16))[Rule.QUOTATIONS]

    assert before.anchor == after.anchor == NOW
    assert after.facts["count"] == 3, "of the last fourteen days"


def test_older_versions_of_a_policy_are_read() -> None:
    found = read({"silent_days": 10, "next_action_missing": True})

    assert (found.silent_days, found.no_action_days, found.overdue_days) == (10, 1, 1)
    assert found.quotations is None
    assert not found.decision_maker


@pytest.mark.parametrize("value", [0, -1, "many", True, None, 99_999, {}])
def test_what_cannot_be_read_is_off(value: object) -> None:
    assert read({"silent_days": value}).silent_days is None
    assert read({"stage_longer_than": {"else_expected_times": value}}).expected_times is None
    assert read({"quotation_versions": {"count": value}}).quotations is None
