"""Quantiles of a weighted histogram."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def quantile(values: npt.ArrayLike, weights: npt.ArrayLike, q: float) -> float | None:
    """The ``q`` quantile of values that occur ``weights`` times; None without any.

    Linear between the two nearest order statistics, as ``numpy.quantile`` does on the values written out
    (type 7 of R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, The American Statistician 50
    (1996) 361-365). Values need no order.
    """
    points = np.asarray(values, dtype=np.float64)
    counts = np.asarray(weights, dtype=np.int64)
    total = int(counts.sum())
    if total == 0:
        return None
    order = np.argsort(points, kind="stable")
    points, ends = points[order], np.cumsum(counts[order])
    place = q * (total - 1)
    low = points[np.searchsorted(ends, int(np.floor(place)), side="right")]
    high = points[np.searchsorted(ends, int(np.ceil(place)), side="right")]
    return float(low + (high - low) * (place - np.floor(place)))
