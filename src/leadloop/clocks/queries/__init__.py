"""Reads about clocks and timeliness."""

from leadloop.clocks.queries.clocks import (
    Clock,
    PoolReturn,
    clocks_of,
    due_between,
    late,
    logging_due,
    next_contact,
    pool_returns,
    proposed,
    stored_clocks,
)
from leadloop.clocks.queries.figures import Timeliness, responses, target, timeliness, timeliness_by_owner
from leadloop.clocks.queries.nudges import Nudged, nudges_of, nudges_to

__all__ = [
    "Clock",
    "Nudged",
    "PoolReturn",
    "Timeliness",
    "clocks_of",
    "due_between",
    "late",
    "logging_due",
    "next_contact",
    "nudges_of",
    "nudges_to",
    "pool_returns",
    "proposed",
    "responses",
    "stored_clocks",
    "target",
    "timeliness",
    "timeliness_by_owner",
]
