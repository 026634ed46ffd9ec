"""Aalen and Johansen's cumulative incidence: the chance of one outcome while others compete."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadloop.analysis.methods.kaplan_meier import Floats, checked
from leadloop.analysis.methods.normal import z_value


@dataclass(frozen=True, slots=True)
class Incidence:
    """Steps of the cumulative incidence: ``value[i]`` from ``times[i]`` on, with its variance."""

    times: Floats
    value: Floats
    variance: Floats
    seen_until: float
    """The last time at which anybody was observed; nothing is known beyond."""

    def at(self, time: float) -> tuple[float, float]:
        """Incidence and variance at ``time``: (0, 0) before the first event."""
        index = int(np.searchsorted(self.times, time, side="right")) - 1
        return (float(self.value[index]), float(self.variance[index])) if index >= 0 else (0.0, 0.0)

    def interval(self, time: float, *, confidence: float = 0.95) -> tuple[float, float] | None:
        """Interval at ``time`` on the log(-log) scale, which keeps it inside (0, 1)::

            I^exp(±z·sd / (I·ln I))

        None where the incidence is 0 or 1 and the scale has no value.
        Source: V. Choudhury, Non-parametric confidence interval estimation for competing risks analysis,
        Statistics in Medicine 21 (2002) 1129-1144.
        """
        value, variance = self.at(time)
        if not 0 < value < 1:
            return None
        reach = z_value(confidence) * variance**0.5 / (value * np.log(value))
        low, high = sorted((value ** np.exp(reach), value ** np.exp(-reach)))
        return float(low), float(high)


def aalen_johansen(
    times: npt.ArrayLike, events: npt.ArrayLike, competing: npt.ArrayLike, censored: npt.ArrayLike
) -> Incidence:
    """Cumulative incidence of ``events`` from a weighted histogram.

    ``times`` (k,), ascending without repeats, any unit; ``events``, ``competing`` and ``censored`` (k,):
    how many had the event, had another outcome, or were last seen undecided at each time. With n_i at risk,
    d_i events, c_i competing and S the share still undecided (Kaplan-Meier of either outcome)::

        I(t) = sum over t_i <= t of S(t_{i-1}) d_i / n_i

        Var I(t) = sum (I(t) - I_i)² (d_i+c_i) / (n_i (n_i - d_i - c_i))
                 + sum S(t_{i-1})² d_i (n_i - d_i) / n_i³
                 - 2 sum (I(t) - I_i) S(t_{i-1}) d_i / n_i²

    Censoring must be independent of the outcome. One minus Kaplan-Meier with competing outcomes taken as
    censored would overstate. Raises ``ValueError`` for lengths or weights that do not fit.

    Sources: O. O. Aalen, S. Johansen, An empirical transition matrix for non-homogeneous Markov chains
    based on censored observations, Scandinavian Journal of Statistics 5 (1978) 141-150; variance by the
    delta method: E. Marubini, M. G. Valsecchi, Analysing Survival Data from Clinical Trials and
    Observational Studies (1995), 10.3.
    """
    moments, wins, others, losses = checked(times, events, competing, censored)
    total = wins + others + losses
    seen = float(moments[total > 0].max()) if np.any(total > 0) else 0.0
    at_risk = total.sum() - np.concatenate([[0.0], np.cumsum(total)[:-1]])
    keep = (wins + others) > 0
    moments, wins, others, at_risk = moments[keep], wins[keep], others[keep], at_risk[keep]
    decided = wins + others
    before = np.concatenate([[1.0], np.cumprod(1 - decided / at_risk)[:-1]]) if len(wins) else wins
    value = np.cumsum(before * wins / at_risk)
    variance = _variance(value, before, wins, decided, at_risk)
    happens = wins > 0
    return Incidence(moments[happens], value[happens], variance[happens], seen)


def _variance(value: Floats, before: Floats, wins: Floats, decided: Floats, at_risk: Floats) -> Floats:
    """The three sums, with (I(t) - I_i)² multiplied out so that each is a running sum: O(k), not O(k²)."""
    remaining = at_risk - decided
    # The last one at risk decided: no later incidence depends on it, its term is 0 · ∞ and means 0.
    spread = np.divide(decided, at_risk * remaining, out=np.zeros_like(decided), where=remaining > 0)
    cross = before * wins / at_risk**2
    squares = (
        value**2 * np.cumsum(spread) - 2 * value * np.cumsum(value * spread) + np.cumsum(value**2 * spread)
    )
    own = np.cumsum(before**2 * wins * (at_risk - wins) / at_risk**3)
    mixed = value * np.cumsum(cross) - np.cumsum(value * cross)
    return np.asarray(np.maximum(squares + own - 2 * mixed, 0.0), dtype=np.float64)
