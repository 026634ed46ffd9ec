"""How endings are packed into numbers, so that a lead's whole way is one number to group by."""

from __future__ import annotations

from leadloop.analysis.tables import Ending

NEVER = 0
"""Not reached."""
CODES = {
    Ending.OPEN: 1,
    Ending.ADVANCED: 2,
    Ending.RETURNED: 3,
    Ending.LOST: 4,
    Ending.WON: 5,
    Ending.SKIPPED: 6,
}
BASE = 8
"""``path`` = sum of code(stage k) x BASE^(k-1): three bits a stage, the first stage lowest."""

DWELL_BITS = 3
"""A stay is packed as visit, length in 0.01 day, code: the largest number is the last stay, and one maximum
brings along what became of it."""
VISIT_BITS = 35
"""Leaves 32 bits for the length."""


def code_of_ending(ending: Ending) -> int:
    return CODES[ending]


def unpack(path: int, stages: int) -> tuple[int, ...]:
    """The code of each of ``stages`` stages in ``path``.

    >>> unpack(2 + 4 * 8, 3)
    (2, 4, 0)
    """
    return tuple(path // BASE**k % BASE for k in range(stages))
