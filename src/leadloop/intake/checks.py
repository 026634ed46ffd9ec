"""What is wrong with a row as a whole: what rejects it, and what is only said."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.foundation.messages import msg
from leadloop.intake.dates import NAT, Bools, Ints
from leadloop.intake.issues import Issues
from leadloop.intake.outcome import INVALID, LOST, OPEN, WON, Outcome
from leadloop.intake.seen import FirstSeen
from leadloop.intake.values import Values

CODES = {
    "broken_quotes": msg("a quote without partner"),
    "too_many_values": msg("more values than columns"),
    "too_few_values": msg("fewer values than columns"),
    "mixed_encoding": msg("a row in another encoding"),
    "unreadable_characters": msg("characters that cannot be read"),
    "unreadable_date": msg("not a date"),
    "unreadable_amount": msg("not an amount"),
    "unreadable_number": msg("not a number"),
    "amount_range": msg("a range of amounts"),
    "date_before_1990": msg("a date before 1990"),
    "date_in_future": msg("a date in the future"),
    "unknown_stage": msg("a stage that is not known"),
    "unknown_status": msg("a status that is not known"),
    "formula_text": msg("a formula, kept as text"),
    "no_capture_date": msg("no date of capture"),
    "capture_date_assumed": msg("date of capture taken from another date"),
    "duplicate_number": msg("a lead number that occurs twice"),
    "missing_number": msg("no lead number"),
    "won_before_captured": msg("won or lost before captured"),
    "stage_before_captured": msg("a stage before capture"),
    "stage_order": msg("stages out of order"),
    "stage_without_time": msg("a stage without its time"),
    "stage_after_end": msg("a stage after the end"),
    "won_without_date": msg("won without a date"),
    "lost_without_date": msg("lost without a date"),
    "won_without_amount": msg("won without an amount"),
    "lost_without_reason": msg("lost without a reason"),
    "reason_for_won": msg("a loss reason of a won lead"),
    "open_with_end_date": msg("open, but with a date of its end"),
    "won_with_loss_date": msg("won, but with a date of loss"),
    "closed_without_outcome": msg("a closing date without an outcome"),
    "closed_in_future": msg("closed in the future"),
    "amount_of_open": msg("an amount of a lead that is not won"),
    "no_partner": msg("no partner in the other file"),
    "unknown_lead": msg("history of a lead that is not in the file"),
}
"""Every code of an issue about a row, and what it is called."""


def capture_dates(values: Values, issues: Issues, column: str | None) -> tuple[Ints, Bools]:
    """When each lead was captured, and which rows must go because nothing says when."""
    captured = values.time("captured_at")
    missing = captured == NAT
    if not missing.any():
        return captured, missing
    others = [values.time(name) for name in ("registered_at", "assigned_at", "first_followed_up_at")]
    others += list(values.stage_times.values())
    earliest = np.full(len(values), np.iinfo(np.int64).max)
    for other in others:
        earliest = np.where(other == NAT, earliest, np.minimum(earliest, other))
    assumed = missing & (earliest != np.iinfo(np.int64).max)
    lost = missing & ~assumed
    _say(issues, "warning", "capture_date_assumed", values, assumed, "The date of capture is missing; the earliest other date of the lead stands in for it.", column)  # fmt: skip
    _say(issues, "error", "no_capture_date", values, lost, "The date of capture is missing and no other date can stand in for it.", column)  # fmt: skip
    return np.where(assumed, earliest, captured), lost


def numbers(
    values: Values, seen: FirstSeen, issues: Issues, column: str | None, gone: Bools
) -> tuple[pa.Array, Bools, Bools]:
    """Lead numbers with the missing ones made from the row, which are made, and which rows repeat a number."""
    own = values.texts.get("number", pa.nulls(len(values), pa.string()))
    made = own.is_null().to_numpy(zero_copy_only=False)
    present = ~made & ~gone
    repeated = np.zeros(len(values), np.bool_)
    _, first = seen.ids(own.filter(pa.array(present)))
    repeated[np.flatnonzero(present)[~first]] = True
    texts = own.filter(pa.array(repeated)).to_pylist()
    issues.add_rows("error", "duplicate_number", "The lead number %(value)s occurs further up; the first row counts.", rows=values.rows[repeated].tolist(), column=column, values=texts)  # fmt: skip
    if not made.any():
        return own, made, repeated
    if column is not None:
        _say(issues, "warning", "missing_number", values, made & ~gone, "The lead number is missing; one was made from the row.", column)  # fmt: skip
    invented = pa.array(
        [f"R{row:06d}" if m else None for row, m in zip(values.rows.tolist(), made, strict=True)], pa.string()
    )
    return pc.coalesce(own, invented), made, repeated


def outcomes(
    values: Values, outcome: Outcome, captured: Ints, issues: Issues, headers: dict[str, str]
) -> None:
    """Report what does not fit together in how leads ended."""
    won, lost = outcome.code == WON, outcome.code == LOST
    reason = values.has_text("reason")
    say = lambda code, mask, text, field: _say(
        issues, "warning", code, values, mask, text, headers.get(field)
    )  # noqa: E731
    say("won_before_captured", (outcome.at != NAT) & (outcome.code != INVALID) & (outcome.at < captured), "The lead ended before it was captured; its duration is negative.", "won_at")  # fmt: skip
    say("won_without_date", won & outcome.undated, "The lead is won but has no date of winning; its last known date was taken.", "won_at")  # fmt: skip
    say("lost_without_date", lost & outcome.undated, "The lead is lost but has no date of losing; its last known date was taken.", "lost_at")  # fmt: skip
    say(
        "reason_for_won",
        won & reason,
        "The lead is won but has a loss reason; the reason was left out.",
        "reason",
    )
    say("open_with_end_date", outcome.open_but_dated, "The status says open but a date of winning or losing is given; the status counts.", "status")  # fmt: skip
    say("won_with_loss_date", outcome.won_but_lost, "The lead is won but has a date of losing; the win counts.", "lost_at")  # fmt: skip
    say("closed_without_outcome", outcome.closed_unknown, "There is a closing date but nothing says whether the lead was won or lost; it stays open.", "closed_at")  # fmt: skip
    if "reason" in headers:
        say("lost_without_reason", lost & ~reason, "The lead is lost but has no reason.", "reason")
    if "amount" in headers:
        say("won_without_amount", won & np.isnan(values.numbers["amount"]), "The lead is won but has no amount.", "amount")  # fmt: skip


def stage_order(values: Values, captured: Ints, issues: Issues) -> None:
    """Report stages entered before capture, and before an earlier stage."""
    latest, before = np.full(len(values), NAT), np.zeros(len(values), np.bool_)
    wrong = np.zeros(len(values), np.bool_)
    for index in sorted(values.stage_times):
        moments = values.stage_times[index]
        known = moments != NAT
        before |= known & (moments < captured)
        wrong |= known & (moments < latest)
        latest = np.maximum(latest, moments)
    _say(issues, "warning", "stage_before_captured", values, before, "A stage was entered before the lead was captured.", None)  # fmt: skip
    _say(issues, "warning", "stage_order", values, wrong, "A stage was entered before an earlier one; it counts as a return.", None)  # fmt: skip


def formulas(values: Values, issues: Issues) -> None:
    """Text that a spreadsheet would run. It stays text here; whoever exports must keep it inert."""
    for name, column in values.texts.items():
        words = column.dictionary_encode()
        found = pc.match_substring_regex(words.dictionary, r"^\s*(?:=|@[A-Za-z]|[+\-][A-Za-z(])")
        if not pc.any(found).as_py():
            continue
        mask = pc.fill_null(found.take(words.indices), False).to_numpy(zero_copy_only=False)
        texts = column.filter(pa.array(mask)).to_pylist()
        issues.add_rows("note", "formula_text", "“%(value)s” looks like a formula and was kept as text.", rows=values.rows[mask].tolist(), column=name, values=texts)  # fmt: skip


def _say(
    issues: Issues, severity: str, code: str, values: Values, mask: Bools, text: str, column: str | None
) -> None:
    if mask.any():
        issues.add_rows(severity, code, text, rows=values.rows[mask].tolist(), column=column)  # type: ignore[arg-type]


def ended_or_open(outcome: Outcome) -> Bools:
    return outcome.code != OPEN
