"""In which order Today shows what is due: urgency times value, and the words for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadloop.workspace.today.order import Case, place, urgency, value

pytestmark = pytest.mark.pure

HOUR = timedelta(hours=1)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no finding."""
cases = st.builds(
    Case,
    left=st.timedeltas(min_value=timedelta(days=-60), max_value=timedelta(days=3)),
    grade=st.sampled_from(["A", "B", "C", ""]),
    share=st.none() | st.floats(0, 100),
    priority=st.sampled_from(["high", "normal", "low"]),
    moves=st.integers(0, 9),
)


def words(case: Case) -> list[str]:
    return [str(reason) for reason in place(case).reasons]


@patient
@given(cases, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)))
def test_waiting_never_makes_anything_less_urgent(case: Case, longer: timedelta) -> None:
    later = Case(case.left - longer, case.grade, case.share, case.priority, case.moves)
    assert place(later).score >= place(case).score


@patient
@given(cases)
def test_a_better_grade_and_a_higher_priority_never_come_behind(case: Case) -> None:
    best = Case(case.left, "A", case.share, "high", case.moves)
    assert place(best).score >= place(case).score


@patient
@given(cases)
def test_every_place_has_a_reason_and_a_score(case: Case) -> None:
    found = place(case)
    assert found.reasons
    assert 0.5 * 0.6 * 2 / 3 <= found.score <= 4 * 1.6 * 2 * 1.5


def test_urgency_and_value_in_figures() -> None:
    assert urgency(timedelta(0)) == 2.0
    assert urgency(8 * HOUR) == 1.0
    assert urgency(-40 * HOUR) == urgency(-400 * HOUR) == 4.0
    assert value(Case(HOUR, "B", 4.0)) == 2.0
    assert value(Case(HOUR, "B", None)) == 0.75


def test_the_reason_in_words() -> None:
    assert words(Case(-3 * HOUR, "A", 2.34)) == ["overdue", "grade A", "amount 2.3 × your average"]
    assert words(Case(HOUR, "", None, "high", moves=3)) == ["due soon", "high priority", "put off 3 times"]
    assert words(Case(7 * HOUR, "C", 0.2, "low")) == ["due today", "grade C", "small amount", "low priority"]
