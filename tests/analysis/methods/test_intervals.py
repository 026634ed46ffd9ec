"""Intervals against SciPy, and against the cases printed in the papers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from leadloop.analysis.methods.newcombe import newcombe
from leadloop.analysis.methods.normal import z_value
from leadloop.analysis.methods.wilson import wilson

counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_equals_scipy(count: tuple[int, int], confidence: float) -> None:
    successes, trials = count
    reference = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    assert wilson(successes, trials, confidence=confidence) == pytest.approx(
        (reference.low, reference.high), abs=1e-9
    )


def test_wilson_without_trials_is_none() -> None:
    assert wilson(0, 0) is None


def test_wilson_is_exact_at_the_ends() -> None:
    low, high = wilson(0, 30) or (1, 1)
    assert (low, round(high, 4)) == (0.0, 0.1135)
    assert (wilson(30, 30) or (0, 0))[1] == 1.0


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="Successes"):
        wilson(successes, trials)


def test_confidence_lies_between_0_and_1() -> None:
    with pytest.raises(ValueError, match="confidence"):
        z_value(1.0)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # Newcombe 1998, Table II, method 10, cases (a) to (h).
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0000)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
    ],
)
def test_newcombe_equals_the_paper(counts: tuple[int, int, int, int], expected: tuple[float, float]) -> None:
    assert newcombe(*counts) == pytest.approx(expected, abs=6e-5)


@given(counts, counts)
def test_newcombe_turns_round_with_its_groups(one: tuple[int, int], other: tuple[int, int]) -> None:
    low, high = newcombe(*one, *other) or (0, 0)
    back_low, back_high = newcombe(*other, *one) or (0, 0)
    assert (low, high) == pytest.approx((-back_high, -back_low))
    difference = one[0] / one[1] - other[0] / other[1]
    assert low <= difference <= high


def test_newcombe_without_trials_is_none() -> None:
    assert newcombe(0, 0, 1, 2) is None
    assert newcombe(1, 2, 0, 0) is None
