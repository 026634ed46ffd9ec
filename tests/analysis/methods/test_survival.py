"""Kaplan-Meier and Aalen-Johansen against lifelines and against cases worked by hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import qth_survival_time

from leadloop.analysis.methods.aalen_johansen import aalen_johansen
from leadloop.analysis.methods.kaplan_meier import kaplan_meier
from leadloop.analysis.methods.quantile import quantile

lives = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 2)), min_size=2, max_size=80)
"""(time, 0 censored | 1 event | 2 competing)."""


def histogram(sample: list[tuple[int, int]], codes: int) -> tuple[list[int], list[list[int]]]:
    counts = Counter(sample)
    times = sorted({time for time, _ in sample})
    return times, [[counts[time, code] for time in times] for code in range(codes)]


def test_kaplan_meier_by_hand() -> None:
    # 6 visits: ended at 1, 2, 2, 4; still going on after 2 and 3.
    # S(1) = 5/6, S(2) = 5/6 * 3/5 = 1/2, S(4) = 1/2 * 0/1 = 0.
    survival = kaplan_meier([1, 2, 3, 4], [1, 2, 0, 1], [0, 1, 1, 0])
    assert survival.times.tolist() == [1, 2, 4]
    assert survival.share == pytest.approx([5 / 6, 1 / 2, 0])
    assert (survival.quantile(0.5), survival.quantile(0.9)) == (2.0, 4.0)


@given(lives)
@settings(deadline=None, max_examples=40)
def test_kaplan_meier_equals_lifelines(sample: list[tuple[int, int]]) -> None:
    sample = [(time, min(code, 1)) for time, code in sample]
    times, (censored, ended) = histogram(sample, 2)
    ours = kaplan_meier(times, ended, censored)
    theirs = KaplanMeierFitter().fit([time for time, _ in sample], [code for _, code in sample])
    at = theirs.survival_function_at_times(ours.times).to_numpy() if len(ours.times) else []
    assert ours.share == pytest.approx(at, abs=1e-12)
    # lifelines multiplies in logarithms: a share of one half comes out as 0.5 and a bit.
    median = float(qth_survival_time(0.5 + 1e-12, theirs.survival_function_))
    assert ours.quantile(0.5) == (median if np.isfinite(median) else None)
    ninth = float(qth_survival_time(0.1 + 1e-12, theirs.survival_function_))
    assert ours.quantile(0.9) == (ninth if np.isfinite(ninth) else None)


def test_quantile_that_was_not_reached_is_none() -> None:
    survival = kaplan_meier([1, 5], [1, 0], [0, 3])
    assert survival.quantile(0.5) is None
    assert kaplan_meier([], [], []).quantile(0.5) is None
    with pytest.raises(ValueError, match="quantile"):
        survival.quantile(1.0)


@pytest.mark.parametrize(
    ("times", "ended", "message"),
    [([1, 1], [1, 1], "ascend"), ([1, 2], [1], "one length"), ([1, 2], [1, -1], "negative")],
)
def test_histograms_that_are_none_are_refused(times: Any, ended: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kaplan_meier(times, ended, [0] * len(times))


def test_aalen_johansen_by_hand() -> None:
    # 5 leads: won at 1, lost at 2, open since 3, won at 4, open since 5.
    # I(1) = 1/5; S(1) = 4/5, S(2) = 3/5; at 4 two are at risk: I(4) = 1/5 + 3/5 * 1/2 = 1/2.
    incidence = aalen_johansen([1, 2, 3, 4, 5], [1, 0, 0, 1, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 1])
    assert incidence.times.tolist() == [1, 4]
    assert incidence.value == pytest.approx([0.2, 0.5])
    assert incidence.at(0.5) == (0.0, 0.0)
    assert incidence.at(3)[0] == pytest.approx(0.2)
    assert incidence.seen_until == 5


def test_aalen_johansen_without_censoring_is_the_plain_share() -> None:
    incidence = aalen_johansen([1, 2, 3], [3, 0, 2], [0, 5, 0], [0, 0, 0])
    value, variance = incidence.at(10)
    assert value == pytest.approx(0.5)
    assert variance == pytest.approx(0.5 * 0.5 / 10)


@given(lives)
@settings(deadline=None, max_examples=40)
def test_aalen_johansen_equals_lifelines(sample: list[tuple[int, int]]) -> None:
    times, (censored, events, competing) = histogram(sample, 3)
    ours = aalen_johansen(times, events, competing, censored)
    if not len(ours.times):
        assert not any(events)
        return
    # lifelines shifts tied times by a random amount; repeating nothing keeps it exact.
    fitter = AalenJohansenFitter(calculate_variance=False)
    if len(set(sample)) == len(sample) and len({time for time, _ in sample}) == len(sample):
        theirs = fitter.fit([t for t, _ in sample], [c for _, c in sample], event_of_interest=1)
        curve = theirs.cumulative_density_.iloc[:, 0]
        assert ours.value == pytest.approx([curve.loc[:time].iloc[-1] for time in ours.times], abs=1e-9)
    assert np.all(np.diff(ours.value) >= 0)
    assert ours.value[-1] <= 1 + 1e-9


def test_aalen_johansen_variance_equals_lifelines() -> None:
    rng = np.random.default_rng(4)
    sample = [
        (int(t), int(c)) for t, c in zip(rng.permutation(300) + 1, rng.integers(0, 3, 300), strict=True)
    ]
    times, (censored, events, competing) = histogram(sample, 3)
    ours = aalen_johansen(times, events, competing, censored)
    theirs = AalenJohansenFitter().fit([t for t, _ in sample], [c for _, c in sample], event_of_interest=1)
    density, variance = theirs.cumulative_density_.iloc[:, 0], theirs.variance_
    bounds = theirs.confidence_interval_
    for time in (30, 90, 150, 250):
        value, spread = ours.at(time)
        assert value == pytest.approx(density.loc[:time].iloc[-1], abs=1e-9)
        assert spread == pytest.approx(variance.loc[:time].iloc[-1], rel=0.02)
        low, high = ours.interval(time) or (0, 0)
        assert (low, high) == pytest.approx(tuple(sorted(bounds.loc[:time].iloc[-1])), abs=2e-3)


def test_interval_keeps_its_coverage() -> None:
    """200 samples with a known incidence: the 95 % interval holds it about 190 times."""
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(200):
        wins = rng.random(400) < 0.3
        happens = np.ceil(rng.exponential(20, 400))
        leaves = np.ceil(rng.uniform(5, 120, 400))
        seen = np.minimum(happens, leaves)
        code = np.where(happens <= leaves, np.where(wins, 1, 2), 0)
        times, (censored, events, competing) = histogram(
            list(zip(seen.tolist(), code.tolist(), strict=True)), 3
        )
        low, high = aalen_johansen(times, events, competing, censored).interval(30) or (0, 0)
        hits += low <= 0.3 * (1 - np.exp(-30 / 20)) <= high
    assert 183 <= hits <= 198


def test_interval_has_no_value_at_the_ends() -> None:
    assert aalen_johansen([1], [0], [3], [0]).interval(5) is None
    assert aalen_johansen([1], [3], [0], [0]).interval(5) is None


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), min_size=1, max_size=20),
    st.floats(0.01, 0.99),
)
def test_quantile_equals_numpy(pairs: list[tuple[int, int]], q: float) -> None:
    written_out = [value for value, weight in pairs for _ in range(weight)]
    found = quantile([value for value, _ in pairs], [weight for _, weight in pairs], q)
    assert found == (pytest.approx(float(np.quantile(written_out, q))) if written_out else None)
