"""The two tables that go into the fold and the two that come out, column by column.

Whoever feeds the fold (the store from the journal, the analyser from a file) gives
``leads`` and ``events``. Times are UTC, ``timestamp[us, tz=UTC]``. Values of
dimensions are *keys* as strings: free text where the field is free text, the id as
text where the application has a record (channel, team, owner, reason); names are
looked up when a result is shown, so that a renaming needs no rebuild.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MAX_STAGES = 12
UNITS_PER_DAY = 100
"""``dwell_k`` and ``cycle`` are whole numbers of 0.01 day (14.4 minutes, rounded half up): fine enough for
figures in days, coarse enough to group by."""


PRESENT = {
    "now_owner": "current_owner",
    "now_team": "current_team",
    "now_pool": "in_pool",
    "now_customer": "customer_id",
    "now_excluded": "excluded",
}
"""Where a lead is now, beside a row of journeys as of an earlier moment: by this, who may see it is decided.
Column -> the column of the present journeys that it repeats."""


class Kind(StrEnum):
    """What can happen to a lead. The journal and the analysis use the same words."""

    REGISTERED = "registered"
    EDITED = "edited"
    ASSIGNED = "assigned"
    RELEASED = "released"
    """Back to the pool."""
    STAGE = "stage"
    """Entered the stage named in ``stage``."""
    FOLLOWED_UP = "followed_up"
    TAKEN_BACK = "taken_back"
    """Whatever says so far that somebody followed up at this moment is wrong: the time was corrected."""
    WON = "won"
    LOST = "lost"
    REOPENED = "reopened"
    """Stands again in the stage named in ``stage``."""
    INVALIDATED = "invalidated"
    VALIDATED = "validated"
    MERGED = "merged"
    UNMERGED = "unmerged"
    WITHDRAWN = "withdrawn"
    """Its import was undone."""
    HANDED_OVER = "handed_over"
    """Marketing passed it to sales, who answer with one of the next two."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REMINDED = "reminded"
    """A clock reached a step of its ladder: the owner was reminded …"""
    ESCALATED = "escalated"
    """… the manager was told …"""
    PROPOSED = "proposed"
    """… and another owner, or the pool, was proposed."""


BY_CLOCK = frozenset({Kind.REMINDED, Kind.ESCALATED, Kind.PROPOSED})
"""Written by the clocks, not by somebody's work on a lead; no figure counts them."""


class Outcome(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Ending(StrEnum):
    """How a visit to a stage ended."""

    ADVANCED = "advanced"
    SKIPPED = "skipped"
    """Never stood here: went past to a later stage. Counts as entered and advanced."""
    RETURNED = "returned"
    LOST = "lost"
    WON = "won"
    OPEN = "open"


LEAD_COLUMNS = {
    "lead_id": "int64",
    "number": "string",
    "process": "string",
    "captured_at": "timestamp",
    "source": "string",
    "source_detail": "string",
    "campaign": "string",
    "industry": "string",
    "size": "string",
    "region": "string",
    "grade": "string",
    "team": "string",
    "owner": "string",
    "customer_id": "int64",
    "expected_amount": "float64",
    "currency": "string",
}
"""Columns of ``leads`` that have a meaning of their own. ``team`` and ``owner`` are the
first value; ``current_team`` and ``current_owner`` come out of the fold. Any further
string column is a dimension too."""

EVENT_COLUMNS = {
    "sequence": "int64",
    "lead_id": "int64",
    "kind": "string",
    "occurred_at": "timestamp",
    "recorded_at": "timestamp",
    "stage": "string",
    "reason": "string",
    "second_reason": "string",
    "amount": "float64",
    "owner": "string",
    "team": "string",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as the analysis knows it. ``position`` counts from 1 in its process."""

    process: str
    key: str
    position: int
    name: str
    canonical: int
    """Position (1-6) among the canonical steps."""
    won: bool = False
    expected_days: float | None = None


CANONICAL = ("captured", "screened", "need", "proposal", "negotiation", "signed")

# What comes out. visits: one row per real visit, in order:
#   lead_id, process, stage, position, visit (1.. over the lead's life), entered_at, left_at (null while
# here),
#   ending, reason, second_reason, again (a later visit of the same stage follows)
# journeys: one wide row per lead: every column of leads, and
#   excluded   null, or why it is counted nowhere: invalid | merged | withdrawn
#   outcome, decided_at, won_at, lost_at, amount, reason, second_reason, lost_position
#   cycle      from capture to the outcome, in 0.01 day; null while open; 0 when dated before capture
#   early      something is dated before the capture
#   revisits   how many visits are followed by another one of the same stage
#   position (where it stands or ended), stage_since, reached (deepest position, skips included)
#   current_owner, current_team, in_pool (nobody owns it)
#   assigned_at, first_followed_up_at, follow_ups, registered_at
#   entered_1..entered_N  when the lead first reached stage k or a later one
#   left_1..left_N        last leaving; null while here; a skipped stage has the moment of the skip
#   end_1..end_N  (ending of the last visit, null if never reached; SKIPPED if only passed by)
#   dwell_1..dwell_N      length of the last visit in 0.01 day, once it has ended; null for won
#   path       end_1..end_N in one number, see fold/codes.py
#   N = number of stages of the longest process, at most MAX_STAGES. Canonical journeys have N = 6.
