"""The quantile of the normal distribution that belongs to a confidence level."""

from __future__ import annotations

from statistics import NormalDist


def z_value(confidence: float) -> float:
    """Two-sided: 1.96 for 0.95. Raises ``ValueError`` outside (0, 1).

    >>> round(z_value(0.95), 4)
    1.96
    """
    if not 0 < confidence < 1:
        raise ValueError("The confidence lies between 0 and 1.")
    return NormalDist().inv_cdf(0.5 + confidence / 2)
