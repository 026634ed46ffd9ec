"""What is wrong with a row as a whole: what rejects it, and what is only said."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.intake.dates import NAT, Bools, Ints
from leadloop.intake.issues import Issues
from leadloop.intake.outcome import INVALID, LOST, WON, Outcome
from leadloop.intake.seen import FirstSeen
from leadloop.intake.values import Values

_LATEST = np.iinfo(np.int64).max
_STAND_INS = ("registered_at", "assigned_at", "first_followed_up_at")
_FORMULA = r"^\s*(?:=|@[A-Za-z]|[+\-][A-Za-z(])"


def say(issues: Issues, code: str, values: Values, mask: Bools, column: str | None = None) -> None:
    """Report a fault in the rows of ``mask``."""
    if mask.any():
        issues.add_rows(code, values.rows[mask].tolist(), column=column)


def capture_dates(values: Values, issues: Issues, column: str | None) -> tuple[Ints, Bools]:
    """When each lead was captured, and which rows must go because nothing says when."""
    captured = values.time("captured_at")
    missing = captured == NAT
    if not missing.any():
        return captured, missing
    earliest = np.full(len(values), _LATEST)
    for other in (*(values.time(name) for name in _STAND_INS), *values.stage_times.values()):
        earliest = np.where(other == NAT, earliest, np.minimum(earliest, other))
    assumed = missing & (earliest != _LATEST)
    gone = missing & ~assumed
    say(issues, "capture_date_assumed", values, assumed, column)
    say(issues, "no_capture_date", values, gone, column)
    return np.where(assumed, earliest, captured), gone


def numbers(
    values: Values, seen: FirstSeen, issues: Issues, column: str | None, gone: Bools
) -> tuple[pa.Array, Bools, Bools]:
    """Lead numbers, the missing ones made from the row; which were made; which rows repeat a number."""
    own = values.texts.get("number", pa.nulls(len(values), pa.string()))
    made: Bools = own.is_null().to_numpy(zero_copy_only=False)
    present = ~made & ~gone
    repeated = np.zeros(len(values), np.bool_)
    _, first = seen.ids(own.filter(pa.array(present)))
    repeated[np.flatnonzero(present)[~first]] = True
    again = own.filter(pa.array(repeated)).to_pylist()
    issues.add_rows("duplicate_number", values.rows[repeated].tolist(), column=column, values=again)
    if not made.any():
        return own, made, repeated
    if column is not None:
        say(issues, "missing_number", values, made & ~gone, column)
    pairs = zip(values.rows.tolist(), made.tolist(), strict=True)
    invented = pa.array([f"R{row:06d}" if new else None for row, new in pairs], pa.string())
    return pc.coalesce(own, invented), made, repeated


def outcomes(
    values: Values, outcome: Outcome, captured: Ints, issues: Issues, headers: dict[str, str]
) -> None:
    """Report what does not fit together in how leads ended."""
    won, lost = outcome.code == WON, outcome.code == LOST
    reason = values.has_text("reason")
    early = (outcome.at != NAT) & (outcome.code != INVALID) & (outcome.at < captured)
    cases: list[tuple[str, Bools, str]] = [
        ("won_before_captured", early, "won_at" if "won_at" in headers else "closed_at"),
        ("won_without_date", won & outcome.undated, "won_at"),
        ("lost_without_date", lost & outcome.undated, "lost_at"),
        ("reason_for_won", won & reason, "reason"),
        ("open_with_end_date", outcome.open_but_dated, "status"),
        ("won_with_loss_date", outcome.won_but_lost, "lost_at"),
        ("closed_without_outcome", outcome.closed_unknown, "closed_at"),
        ("closed_in_future", outcome.closed_in_future, "closed_at"),
    ]
    if "reason" in headers:
        cases.append(("lost_without_reason", lost & ~reason, "reason"))
    if "amount" in headers:
        cases.append(("won_without_amount", won & np.isnan(values.numbers["amount"]), "amount"))
    for code, mask, field in cases:
        say(issues, code, values, mask, headers.get(field))


def stage_order(values: Values, captured: Ints, issues: Issues) -> None:
    """Report stages entered before capture, and before an earlier stage."""
    latest = np.full(len(values), NAT)
    before, wrong = np.zeros(len(values), np.bool_), np.zeros(len(values), np.bool_)
    for index in sorted(values.stage_times):
        moments = values.stage_times[index]
        known = moments != NAT
        before |= known & (moments < captured)
        wrong |= known & (moments < latest)
        latest = np.maximum(latest, moments)
    say(issues, "stage_before_captured", values, before)
    say(issues, "stage_order", values, wrong)


def formulas(values: Values, issues: Issues) -> None:
    """Text that a spreadsheet would run. It stays text here; whoever exports must keep it inert."""
    for name, column in values.texts.items():
        if name == "phone" or not pc.any(pc.match_substring_regex(column, _FORMULA)).as_py():
            continue
        found = pc.fill_null(pc.match_substring_regex(column, _FORMULA), False)
        mask = found.to_numpy(zero_copy_only=False)
        texts = column.filter(found).slice(0, issues.limit).to_pylist()
        texts += [None] * (int(mask.sum()) - len(texts))
        issues.add_rows("formula_text", values.rows[mask].tolist(), column=name, values=texts)
