"""Everything that can be wrong with a file or a row, by code: how bad it is and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadloop.foundation.messages import Message, msg
from leadloop.intake.result import Severity


@dataclass(frozen=True, slots=True)
class Fault:
    """``text`` has places for the parameters of the single case; ``title`` names all cases together."""

    severity: Severity
    title: Message
    text: Message


def _error(title: Message, text: Message) -> Fault:
    return Fault("error", title, text)


def _warning(title: Message, text: Message) -> Fault:
    return Fault("warning", title, text)


def _note(title: Message, text: Message) -> Fault:
    return Fault("note", title, text)


READING = {
    "broken_quotes": _warning(
        msg("quotes without a partner"),
        msg("A quote in column “%(column)s” has no partner; it was left out."),
    ),
    "unreadable_row": _error(
        msg("rows that cannot be told apart"),
        msg("The quotes in “%(value)s” have no partner and the values of the row cannot be told apart."),
    ),
    "too_many_values": _error(
        msg("rows with more values than columns"),
        msg(
            "The row has %(count)s values but the header has only %(width)s. Put values that hold the "
            "separator into quotes."
        ),
    ),
    "too_few_values": _warning(
        msg("rows with fewer values than columns"),
        msg("The row has only %(count)s of %(width)s values; the missing ones were taken as empty."),
    ),
    "mixed_encoding": _warning(
        msg("rows in another encoding"),
        msg("The row is in another encoding (%(encoding)s) than the file; it was read in that one."),
    ),
    "unreadable_characters": _warning(
        msg("characters that cannot be read"),
        msg("Characters in column “%(column)s” cannot be read; they became “\ufffd”."),
    ),
    "other_sheets": _note(
        msg("other sheets with rows"),
        msg("Sheet “%(sheet)s” was read; “%(others)s” also holds rows and was not."),
    ),
    "duplicate_header": _warning(
        msg("a header that occurs twice"),
        msg("The header “%(value)s” occurs more than once; the later column is called “%(column)s”."),
    ),
}
"""Noticed while reading text and sheets."""

VALUES = {
    "unreadable_date": _warning(
        msg("dates that cannot be read"),
        msg("“%(value)s” in column “%(column)s” is not a date; it was left out."),
    ),
    "date_before_1990": _warning(
        msg("dates before 1990"),
        msg("%(value)s in column “%(column)s” lies before 1990; it was left out."),
    ),
    "date_in_future": _warning(
        msg("dates in the future"),
        msg("%(value)s in column “%(column)s” lies in the future; it was left out."),
    ),
    "unreadable_amount": _warning(
        msg("amounts that cannot be read"),
        msg("“%(value)s” in column “%(column)s” is not an amount; it was left out."),
    ),
    "amount_range": _note(
        msg("ranges of amounts"),
        msg("The range %(value)s in column “%(column)s” counts with its middle."),
    ),
    "unreadable_number": _warning(
        msg("numbers that cannot be read"),
        msg("“%(value)s” in column “%(column)s” is not a number; it was left out."),
    ),
    "unknown_stage": _warning(
        msg("stages that are not known"),
        msg("“%(value)s” in column “%(column)s” is no stage of the process; it was left out."),
    ),
    "unknown_status": _warning(
        msg("outcomes that are not known"),
        msg("“%(value)s” in column “%(column)s” says neither won nor lost; the dates decided."),
    ),
    "formula_text": _note(
        msg("formulas, kept as text"),
        msg("“%(value)s” in column “%(column)s” looks like a formula and was kept as text."),
    ),
}
"""Noticed in single cells."""

ROWS = {
    "no_capture_date": _error(
        msg("leads without a date of capture"),
        msg("The date of capture is missing or wrong and no other date can stand in for it."),
    ),
    "capture_date_assumed": _warning(
        msg("dates of capture taken from another date"),
        msg("The date of capture is missing or wrong; the earliest other date of the lead stands in for it."),
    ),
    "duplicate_number": _error(
        msg("lead numbers that occur twice"),
        msg("The lead number %(value)s occurs further up; the first row counts."),
    ),
    "missing_number": _warning(
        msg("leads without a number"),
        msg("The lead number is missing; one was made from the row."),
    ),
    "won_before_captured": _warning(
        msg("won or lost before captured"),
        msg("The lead ended before it was captured; its duration is negative."),
    ),
    "stage_before_captured": _warning(
        msg("stages entered before capture"),
        msg("A stage was entered before the lead was captured."),
    ),
    "stage_order": _warning(
        msg("stages out of order"),
        msg("A stage was entered before an earlier one; it counts as a return."),
    ),
    "stage_without_time": _warning(
        msg("stages without their time"),
        msg("The stage has no date; the last known date was taken."),
    ),
    "stage_after_end": _warning(
        msg("stages after the end"),
        msg("A stage was entered after the lead had ended; it was left out."),
    ),
    "won_without_date": _warning(
        msg("won without a date"),
        msg("The lead is won but has no date of winning; its last known date was taken."),
    ),
    "lost_without_date": _warning(
        msg("lost without a date"),
        msg("The lead is lost but has no date of losing; its last known date was taken."),
    ),
    "won_without_amount": _warning(
        msg("won without an amount"),
        msg("The lead is won but has no amount."),
    ),
    "lost_without_reason": _warning(
        msg("lost without a reason"),
        msg("The lead is lost but has no reason."),
    ),
    "reason_for_won": _warning(
        msg("loss reasons of won leads"),
        msg("The lead is won but has a loss reason; the reason was left out."),
    ),
    "open_with_end_date": _warning(
        msg("open, but with a date of the end"),
        msg("The status says open but a date of winning or losing is given; the status counts."),
    ),
    "won_with_loss_date": _warning(
        msg("won, but with a date of loss"),
        msg("The lead is won but has a date of losing; the win counts."),
    ),
    "closed_without_outcome": _warning(
        msg("closed without an outcome"),
        msg("There is a closing date but nothing says whether the lead was won or lost; it stays open."),
    ),
    "closed_in_future": _warning(
        msg("ended in the future"),
        msg("The lead has ended but its closing date lies in the future; its last known date was taken."),
    ),
}
"""Noticed in what a row says as a whole."""

FILES = {
    "missing_number_in_log": _error(
        msg("rows of a history without a lead number"),
        msg("The lead number is missing; whose row this is cannot be known."),
    ),
    "no_time": _error(
        msg("rows of a history without a time"),
        msg("The time is missing or cannot be read."),
    ),
    "no_stage": _error(
        msg("rows of a history without a stage"),
        msg("The stage is missing or not known."),
    ),
    "unknown_lead": _warning(
        msg("history of leads that are not in the file"),
        msg("“%(value)s” is not among the leads; the row was left out."),
    ),
    "no_partner": _warning(
        msg("values without a partner in the other file"),
        msg("“%(value)s” in column “%(column)s” has no partner in the other file."),
    ),
    "key_almost_matches": _warning(
        msg("keys that differ only in spelling"),
        msg(
            "“%(value)s” in column “%(column)s” has no partner in %(file)s; “%(other)s” looks the same. "
            "Correct one of them, or replace it in the mapping."
        ),
    ),
    "key_repeats": _warning(
        msg("keys that occur more than once"),
        msg("%(count)s rows repeat a value of “%(column)s”; the first row counts."),
    ),
    "known_for_some": _note(
        msg("columns known for some leads only"),
        msg(
            "%(file)s has a row for %(share)s %% of the leads: its columns say nothing about the others, "
            "so do not compare conversion by them."
        ),
    ),
    "mapped_column_missing": _warning(
        msg("columns of the mapping that are missing"),
        msg("The mapping names column “%(column)s”, which the file does not have."),
    ),
    "date_order": _warning(
        msg("dates that can be read in two ways"),
        msg("%(why)s"),
    ),
    "no_capture_column": _error(
        msg("no column with the date of capture"),
        msg(
            "No column says when leads were captured. Name one in the mapping; without it no row can be used."
        ),
    ),
    "no_number_column": _note(
        msg("no column with lead numbers"),
        msg(
            "No column holds lead numbers: they are made from the rows, and a lead that occurs twice "
            "counts twice."
        ),
    ),
    "no_stage_history": _note(
        msg("no history of stages"),
        msg(
            "The file does not say when leads entered their stages: how long a stage takes, and where "
            "leads were lost before the stage they stand in, cannot be known."
        ),
    ),
    "no_stage_known": _note(
        msg("no stages"),
        msg("The file has no stage: only captured and won are known, and where leads were lost is not."),
    ),
    "no_end_dates": _note(
        msg("no dates of winning or losing"),
        msg("The file does not say when leads were won or lost: durations cannot be known."),
    ),
    "no_loss_known": _note(
        msg("nothing says lost"),
        msg("Nothing in the file says that a lead was lost: whoever is not won counts as open."),
    ),
}
"""Noticed about a file, or between files."""

FAULTS: Mapping[str, Fault] = {**READING, **VALUES, **ROWS, **FILES}
