"""Wilson's score interval for a proportion."""

from __future__ import annotations

from math import sqrt

from leadloop.analysis.methods.normal import z_value


def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> tuple[float, float] | None:
    """Interval of ``successes / trials`` as ``(low, high)`` in [0, 1]; None without trials.

    With p = successes/trials, n = trials and z the normal quantile::

        (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)

    It keeps its coverage for small n and rates near 0 or 1, where the usual interval fails. No correction
    for continuity. Raises ``ValueError`` unless 0 <= successes <= trials.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of
    the American Statistical Association 22 (1927) 209-212.

    >>> tuple(round(x, 4) for x in wilson(15, 148))
    (0.0624, 0.1605)
    """
    if not 0 <= successes <= trials:
        raise ValueError("Successes lie between 0 and the number of trials.")
    if trials == 0:
        return None
    z2 = z_value(confidence) ** 2
    p = successes / trials
    middle = p + z2 / (2 * trials)
    reach = sqrt(z2 * (p * (1 - p) / trials + z2 / (4 * trials * trials)))
    scale = 1 + z2 / trials
    # At 0 and 1 the bound is exact; the difference of two roots would leave 1e-17.
    low = 0.0 if successes == 0 else (middle - reach) / scale
    high = 1.0 if successes == trials else (middle + reach) / scale
    return low, high
