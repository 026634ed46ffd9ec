"""Kaplan and Meier's estimate of how long something lasts when part of it is still going on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Survival:
    """``share[i]`` lasts longer than ``times[i]``; times ascending, only those at which something ended."""

    times: Floats
    share: Floats

    def quantile(self, q: float) -> float | None:
        """The first time by which at least the share ``q`` has ended; None if so many have not ended yet."""
        if not 0 < q < 1:
            raise ValueError("A quantile lies between 0 and 1.")
        # Products of ratios miss a round number by an ulp; 1e-12 is far below 1/n of any data.
        reached = np.flatnonzero(self.share <= 1 - q + 1e-12)
        return float(self.times[reached[0]]) if len(reached) else None


def kaplan_meier(times: npt.ArrayLike, ended: npt.ArrayLike, censored: npt.ArrayLike) -> Survival:
    """Product-limit estimate from a weighted histogram.

    ``times`` (k,), ascending and without repeats, any unit; ``ended`` (k,) how many ended at each time;
    ``censored`` (k,) how many were last seen, still going on, at each time. Who was last seen at t is at
    risk at t::

        S(t) = product over times t_i <= t of (1 - ended_i / at_risk_i)

    Censoring must be independent of the duration. Raises ``ValueError`` for lengths or weights that do
    not fit.

    Source: E. L. Kaplan, P. Meier, Nonparametric estimation from incomplete observations, Journal of the
    American Statistical Association 53 (1958) 457-481.
    """
    moments, deaths, losses = checked(times, ended, censored)
    total = deaths + losses
    at_risk = total.sum() - np.concatenate([[0.0], np.cumsum(total)[:-1]])
    happens = deaths > 0
    share = np.cumprod(1 - deaths[happens] / at_risk[happens])
    return Survival(times=moments[happens], share=share)


def checked(times: npt.ArrayLike, *weights: npt.ArrayLike) -> tuple[Floats, ...]:
    """Times and weights as float arrays of one length, ascending times, no negative weight."""
    arrays = tuple(np.asarray(values, dtype=np.float64) for values in (times, *weights))
    if any(values.shape != arrays[0].shape or values.ndim != 1 for values in arrays):
        raise ValueError("Times and weights are vectors of one length.")
    if np.any(np.diff(arrays[0]) <= 0):
        raise ValueError("Times ascend without repeats.")
    if any(np.any(values < 0) for values in arrays[1:]):
        raise ValueError("Weights are not negative.")
    return arrays
