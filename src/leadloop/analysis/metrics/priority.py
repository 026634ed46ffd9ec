"""The priority of a row: where to invest, and who needs support."""

from __future__ import annotations

from leadloop.analysis.metrics.dimensions import CALENDAR, PEOPLE
from leadloop.analysis.results import Priority


def priority(
    dimension: tuple[str, ...], rate: float | None, overall: float | None, change: float | None
) -> Priority | None:
    """Compare a row's rate with its dimension's own overall rate and its own change.

    Channels and customer types: above and rising is high (invest), below and falling low, else medium.
    Teams and people: below and falling needs support, above and rising none, else medium. ``overall`` is
    the rate over the rows that have a value in the dimension. None without a rate, an overall rate or a
    change to compare, and for calendar units, which nobody can invest in.
    """
    if rate is None or overall is None or change is None or set(dimension) & set(CALENDAR):
        return None
    above_and_rising = rate > overall and change > 0
    below_and_falling = rate < overall and change < 0
    if set(dimension) & PEOPLE:
        return "support" if below_and_falling else "none" if above_and_rising else "medium"
    return "low" if below_and_falling else "high" if above_and_rising else "medium"
