"""How a lead ended, from what its row says. The rules, in order:

1. A status that is a word for won, lost, open or invalid decides. Where it is silent or unknown, a stage
   whose name says won or lost (``Closed Won``) decides; it also overrules a status that only says open.
2. “Not converted” (未转化) says only that the lead was not won: it is lost if a loss is dated or explained,
   else open.
3. Without a word the dates decide: won if a date of winning (or of entering the won stage) is there, lost if
   a date of losing is, or a closing date with a reason; of both the later counts.
4. The moment of winning is the date of winning, else of the won stage, else of closing, else of the
   last change of stage, else the last moment known of the lead, which is reported. That of losing likewise.
5. What speaks against the outcome is reported and left out: a loss date or reason of a won lead, an end date
   of an open one. The closing date of an open lead is when it is expected to close.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadloop.intake.dates import NAT, Bools, Ints
from leadloop.intake.values import NO_WORD, WORDS, Values, lift

OPEN, WON, LOST, INVALID, NOT_WON = range(5)


@dataclass(slots=True)
class Outcome:
    """``code`` is OPEN, WON, LOST or INVALID; ``at`` the moment of the end, NAT while open."""

    code: Ints
    at: Ints
    undated: Bools
    """Ended, but only the last known moment could stand in for the date."""
    open_but_dated: Bools
    won_but_lost: Bools
    """Won, with a date of losing that was left out."""
    closed_unknown: Bools
    """A closing date, but nothing says how it ended."""
    closed_in_future: Bools


def decide(values: Values, *, won_stage: int | None, known: Ints, latest: int) -> Outcome:
    """``known`` is the last moment known of each lead without its end; after ``latest`` lies the future."""
    won_at = _first(values.time("won_at"), values.stage_times.get(won_stage if won_stage is not None else -1))
    lost_at, closed_at = values.time("lost_at"), values.time("closed_at")
    explained = values.has_text("reason")
    word = _word(values, (lost_at != NAT) | explained)
    silent = word == NO_WORD
    dated_lost = (lost_at != NAT) | (explained & (closed_at != NAT))
    loss = _first(lost_at, closed_at)
    by_date_won = silent & (won_at != NAT) & (~dated_lost | (won_at >= loss))
    by_date_lost = silent & dated_lost & ~by_date_won
    code = np.where(by_date_won, WON, np.where(by_date_lost, LOST, np.where(silent, OPEN, word)))
    at, undated = _moments(values, code, won_at, lost_at, np.where(closed_at > latest, NAT, closed_at), known)
    dated = (values.time("won_at") != NAT) | (lost_at != NAT)
    return Outcome(
        code,
        at,
        undated,
        (code == OPEN) & dated,
        (code == WON) & (lost_at != NAT),
        silent & ~explained & (code == OPEN) & (closed_at != NAT) & (closed_at <= latest),
        (code != OPEN) & (closed_at > latest),
    )


def _word(values: Values, loss_known: Bools) -> Ints:
    status, stage = values.word("status"), values.word("stage")
    word = np.where(((status == NO_WORD) | (status == OPEN)) & (stage != NO_WORD), stage, status)
    word = np.where(word == NOT_WON, np.where(loss_known, LOST, OPEN), word)
    return np.where(values.word("validity") == WORDS.index("invalid"), INVALID, word)


def _moments(
    values: Values, code: Ints, won_at: Ints, lost_at: Ints, closed_at: Ints, known: Ints
) -> tuple[Ints, Bools]:
    changed = np.where(values.word("stage") != NO_WORD, values.time("stage_changed_at"), NAT)
    won = _first(won_at, closed_at, changed)
    lost = _first(lost_at, closed_at, changed)
    at = np.where(code == WON, won, np.where(code == OPEN, NAT, lost))
    undated = (code != OPEN) & (at == NAT)
    at = np.where(undated, known, at)
    for name in ("won_at", "lost_at", "closed_at"):
        if name in values.times:
            chosen = (at == values.times[name]) & ~undated
            at = np.where(chosen, lift(at, values.day_only[name], known), at)
    return at, undated


def _first(*times: Ints | None) -> Ints:
    """The first that is known, row by row."""
    present = [t for t in times if t is not None]
    out = present[0]
    for t in present[1:]:
        out = np.where(out == NAT, t, out)
    return out
