"""Newcombe's interval for the difference of two independent proportions."""

from __future__ import annotations

from math import sqrt

from leadloop.analysis.methods.wilson import wilson


def newcombe(
    successes: int, trials: int, other_successes: int, other_trials: int, *, confidence: float = 0.95
) -> tuple[float, float] | None:
    """Interval of ``successes/trials - other_successes/other_trials``; None if either has no trials.

    Method 10, the hybrid score interval without correction for continuity. With Wilson intervals (l1, u1)
    and (l2, u2) of p1 and p2 and d = p1 - p2::

        d - sqrt((p1 - l1)² + (u2 - p2)²)   to   d + sqrt((u1 - p1)² + (p2 - l2)²)

    The two groups must not share members. Raises ``ValueError`` as :func:`wilson` does.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions,
    Statistics in Medicine 17 (1998) 873-890; the example is its case (a).

    >>> tuple(round(x, 4) for x in newcombe(56, 70, 48, 80))
    (0.0524, 0.3339)
    """
    first = wilson(successes, trials, confidence=confidence)
    second = wilson(other_successes, other_trials, confidence=confidence)
    if first is None or second is None:
        return None
    p1, p2 = successes / trials, other_successes / other_trials
    difference = p1 - p2
    below = sqrt((p1 - first[0]) ** 2 + (second[1] - p2) ** 2)
    above = sqrt((first[1] - p1) ** 2 + (p2 - second[0]) ** 2)
    return difference - below, difference + above
