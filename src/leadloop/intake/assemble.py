"""Rows of values become leads and what happened to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.intake import checks
from leadloop.intake.dates import NAT, Bools, Ints, as_timestamps
from leadloop.intake.events import EventBuilder, chosen
from leadloop.intake.fields import BY_NAME
from leadloop.intake.headers import CURRENCIES
from leadloop.intake.issues import Issues
from leadloop.intake.longform import Log, add_follow_ups, add_history, take_ends
from leadloop.intake.outcome import INVALID, LOST, OPEN, WON, Outcome, decide
from leadloop.intake.plan import OWN, Column, Plan
from leadloop.intake.seen import FirstSeen
from leadloop.intake.values import Floats, Values, lift

MAIN_TEXTS = (
    "process", "source", "source_detail", "campaign", "industry", "size", "region", "grade", "team", "owner",
)  # fmt: skip
PERSONAL_TEXTS = (
    "customer", "contact", "title", "phone", "phone_key", "email", "credit_code", "first_need", "tags",
    "currency", "competitor", "note",
)  # fmt: skip
TIMES = (
    "assigned_at", "first_followed_up_at", "last_followed_up_at", "registered_at", "expected_close_at",
    "next_action_at",
)  # fmt: skip
AMOUNTS = ("expected_amount", "expected_amount_low", "expected_amount_high", "amount")
BUDGET = ("budget", "budget_low", "budget_high")
_CODE = re.compile("[A-Z]{3}")
_USED_UP = ("stage", "lost_stage", "number", "reason", "second_reason", "first_name", "last_name")


@dataclass(slots=True)
class Made:
    leads: pa.Table
    events: pa.Table
    rejected: int


class Assembler:
    """Keeps what must be known over batches: numbers and customers seen, ids given."""

    def __init__(
        self, plan: Plan, columns: Sequence[Column], file: str | None, logs: Sequence[Log], latest: int
    ) -> None:
        self.plan = plan
        self.latest = latest
        self.history = next((log for log in logs if log.is_history), None)
        self.follow_ups = next((log for log in logs if not log.is_history), None)
        self.file = file
        """Name of the file, when several were read."""
        self.headers = {c.field: c.header for c in columns if c.field != OWN}
        self.numbers, self.customers = FirstSeen(), FirstSeen()
        self.lead_count = self.event_count = 0
        self.stage_keys = [stage.key for stage in plan.stages]
        self.won_stage = next((i for i, stage in enumerate(plan.stages) if stage.won), None)

    def make(self, values: Values, issues: Issues) -> Made:
        values = _whole_names(values)
        captured, gone = checks.capture_dates(values, issues, self.headers.get("captured_at"))
        number, made, repeated = checks.numbers(
            values, self.numbers, issues, self.headers.get("number"), gone
        )
        keep = ~(gone | repeated)
        rejected = int((~keep).sum())
        if rejected:
            values, captured, made = values.keep(keep), captured[keep], made[keep]
            number = number.filter(pa.array(keep))
        values.texts["number"] = number
        self._lift_days(values, captured)
        checks.formulas(values, issues)
        checks.stage_order(values, captured, issues)
        known = last_known(values, captured)
        if self.history is not None:
            known = take_ends(self.history, values, known)
        outcome = decide(values, won_stage=self.won_stage, known=known, latest=self.latest)
        checks.outcomes(values, outcome, captured, issues, self.headers)
        lead_ids = np.arange(self.lead_count + 1, self.lead_count + 1 + len(values))
        self.lead_count += len(values)
        self._closing_dates(values, outcome)
        self._move_amounts(values, outcome)
        events = self._events(values, outcome, captured, issues)
        table = events.table(lead_ids, self.event_count + 1)
        self.event_count += table.num_rows
        return Made(self._leads(values, outcome, captured, made, lead_ids), table, rejected)

    def _lift_days(self, values: Values, captured: Ints) -> None:
        """Give days without a time the latest moment known before them on that day."""
        reference = captured
        for name in ("assigned_at", "first_followed_up_at"):
            if name in values.times:
                values.times[name] = lift(values.times[name], values.day_only.get(name), reference)
        for index in sorted(values.stage_times):
            moments = lift(values.stage_times[index], values.stage_day_only.get(index), reference)
            values.stage_times[index] = moments
            reference = np.maximum(reference, moments)

    def _move_amounts(self, values: Values, outcome: Outcome) -> None:
        """The amount of a lead that is not won is what it may bring."""
        size = len(values)
        nothing = np.full(size, np.nan)
        amount = values.numbers.get("amount", nothing)
        for part in ("", "_low", "_high"):
            expected = values.numbers.get("expected_amount" + part, nothing)
            hoped = np.where(outcome.code == WON, np.nan, values.numbers.get("amount" + part, nothing))
            for other in (hoped, values.numbers.get("budget" + part, nothing)):
                expected = np.where(np.isnan(expected), other, expected)
            values.numbers["expected_amount" + part] = expected
        values.numbers["amount"] = np.where(outcome.code == WON, amount, np.nan)

    def _closing_dates(self, values: Values, outcome: Outcome) -> None:
        """The closing date of an open lead is when it is expected to close."""
        if "closed_at" not in values.times:
            return
        expected = values.time("expected_close_at")
        own = np.where(outcome.code == OPEN, values.times["closed_at"], NAT)
        values.times["expected_close_at"] = np.where(expected == NAT, own, expected)

    def _events(self, values: Values, outcome: Outcome, captured: Ints, issues: Issues) -> EventBuilder:
        builder = EventBuilder(self.stage_keys)
        people = _some(values.texts, "owner", "team")
        everyone = np.arange(len(values))
        assigned = values.time("assigned_at") != NAT
        # Who was assigned later had no owner at first; without that date the owner was there from the start.
        at_first = {name: pc.if_else(pa.array(assigned), None, column) for name, column in people.items()}
        builder.add(
            "registered", everyone, captured, recorded=values.time("registered_at"), stage=0, texts=at_first
        )
        builder.add(
            "assigned",
            everyone[assigned],
            values.time("assigned_at")[assigned],
            texts=chosen(people, assigned),
        )
        self._follow_ups(builder, values, people)
        self._stages(builder, values, outcome, captured, issues)
        self._ends(builder, values, outcome)
        return builder

    def _follow_ups(self, builder: EventBuilder, values: Values, people: dict[str, pa.Array]) -> None:
        first, last = values.time("first_followed_up_at"), values.time("last_followed_up_at")
        if self.follow_ups is not None:
            logged = add_follow_ups(self.follow_ups, values.texts["number"], builder)
            first, last = np.where(logged, NAT, first), np.where(logged, NAT, last)
        owner = _some(people, "owner")
        for moments, mask in ((first, first != NAT), (last, (last != NAT) & (last != first))):
            builder.add("followed_up", np.flatnonzero(mask), moments[mask], texts=chosen(owner, mask))

    def _stages(
        self, builder: EventBuilder, values: Values, outcome: Outcome, captured: Ints, issues: Issues
    ) -> None:
        deepest = np.zeros(len(values), np.int64)
        latest = captured.copy()
        logged = np.zeros(len(values), np.bool_)
        if self.history is not None:
            logged = add_history(self.history, values.texts["number"], builder, self.won_stage)
            deepest[logged] = len(self.stage_keys)
        for index, moments in values.stage_times.items():
            if index == self.won_stage:
                continue
            known = (moments != NAT) & ~logged
            late = known & (outcome.at != NAT) & (moments > outcome.at)
            checks.say(issues, "stage_after_end", values, late)
            known &= ~late & ~((index == 0) & (moments == captured))
            builder.add("stage", np.flatnonzero(known), moments[known], stage=index, rank=index)
            deepest = np.where(known, np.maximum(deepest, index), deepest)
            latest = np.where(known, np.maximum(latest, moments), latest)
        self._current(builder, values, outcome, deepest, latest, issues)

    def _current(
        self,
        builder: EventBuilder,
        values: Values,
        outcome: Outcome,
        deepest: Ints,
        latest: Ints,
        issues: Issues,
    ) -> None:
        """The stage a lead stands in, or was lost in, where no date says when it got there."""
        if not values.stage:
            return
        stage = values.stage.get("stage", np.full(len(values), -1))
        lost = values.stage.get("lost_stage")
        if lost is not None:
            stage = np.where((outcome.code == LOST) & (lost >= 0), lost, stage)
        won = self.won_stage if self.won_stage is not None else len(self.stage_keys)
        undated = (stage > deepest) & (stage < won) & (outcome.code != WON)
        moments = np.maximum(latest, values.time("stage_changed_at"))
        moments = np.where(
            (outcome.at != NAT) & (moments > outcome.at), np.maximum(latest, outcome.at), moments
        )
        timed = values.time("stage_changed_at") != NAT
        if values.stage_times:
            checks.say(issues, "stage_without_time", values, undated & ~timed, self.headers.get("stage"))
        builder.add("stage", np.flatnonzero(undated), moments[undated], stage=stage[undated], rank=500)

    def _ends(self, builder: EventBuilder, values: Values, outcome: Outcome) -> None:
        won, lost = outcome.code == WON, outcome.code == LOST
        if self.won_stage is not None:
            builder.add("stage", np.flatnonzero(won), outcome.at[won], stage=self.won_stage, rank=900)
        amount = values.numbers["amount"]
        builder.add("won", np.flatnonzero(won), outcome.at[won], amount=amount[won])
        reasons = _some(values.texts, "reason", "second_reason")
        builder.add("lost", np.flatnonzero(lost), outcome.at[lost], texts=chosen(reasons, lost))
        invalid = outcome.code == INVALID
        builder.add(
            "invalidated", np.flatnonzero(invalid), outcome.at[invalid], texts=chosen(reasons, invalid)
        )

    def _leads(
        self, values: Values, outcome: Outcome, captured: Ints, made: Bools, lead_ids: Ints
    ) -> pa.Table:
        columns: dict[str, pa.Array] = {"lead_id": pa.array(lead_ids), "row": pa.array(values.rows)}
        if self.file is not None:
            columns["file"] = pa.array([self.file]).take(pa.array(np.zeros(len(values), np.int64)))
        columns["number"] = values.texts["number"]
        columns["number_made"] = pa.array(made)
        columns["captured_at"] = as_timestamps(captured)
        columns |= {name: values.texts[name] for name in MAIN_TEXTS if name in values.texts}
        if "customer" in values.texts:
            ids, _ = self.customers.ids(values.texts["customer"])
            columns["customer_id"] = pa.array(ids, mask=ids == 0)
        columns |= {name: _floats(values.numbers[name]) for name in AMOUNTS}
        columns |= {name: _floats(values.numbers[name]) for name in BUDGET if name in values.numbers}
        columns |= {name: values.texts[name] for name in PERSONAL_TEXTS if name in values.texts}
        columns |= {name: as_timestamps(values.times[name]) for name in TIMES if name in values.times}
        columns |= self._rest(values, columns)
        if values.currencies is not None or "currency" in columns:
            columns["currency"] = _currency(values)
        return pa.table(columns)

    def _rest(self, values: Values, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """Counts, further recognised fields, and the columns of the user's own under their headers."""
        rest: dict[str, pa.Array] = {}
        for name, numbers in values.numbers.items():
            if name in BY_NAME and BY_NAME[name].type in ("count", "percent"):
                whole = BY_NAME[name].type == "count"
                rest[name] = _whole(numbers) if whole else _floats(numbers)
        for name, column in values.texts.items():
            if name not in columns and name not in _USED_UP:
                rest[name] = column
        return rest


def _some(texts: dict[str, pa.Array], *names: str) -> dict[str, pa.Array]:
    return {name: texts[name] for name in names if name in texts}


def last_known(values: Values, captured: Ints) -> Ints:
    """The last moment of each lead before its end."""
    latest = captured
    for name in ("assigned_at", "first_followed_up_at", "last_followed_up_at"):
        latest = np.maximum(latest, values.time(name))
    for moments in values.stage_times.values():
        latest = np.maximum(latest, moments)
    return latest


def _whole_names(values: Values) -> Values:
    """First and last name make the contact, in the order of the script."""
    first, last = values.texts.get("first_name"), values.texts.get("last_name")
    if "contact" in values.texts or (first is None and last is None):
        return values
    empty = pa.nulls(len(values), pa.string())
    first, last = first if first is not None else empty, last if last is not None else empty
    chinese = pc.match_substring_regex(pc.coalesce(last, first, pa.scalar("")), "[\u4e00-\u9fff]")
    join = pc.binary_join_element_wise
    western = join(first, last, " ", null_handling="skip")
    eastern = join(last, first, "", null_handling="skip")
    name = pc.if_else(chinese, eastern, western)
    values.texts["contact"] = pc.if_else(pc.equal(name, ""), None, name)
    return values


def _currency(values: Values) -> pa.Array:
    written = pa.array(values.currencies or [None] * len(values), pa.string())
    if "currency" not in values.texts:
        return written
    named = values.texts["currency"].dictionary_encode()
    codes = pa.array([_currency_code(name) for name in named.dictionary.to_pylist()], pa.string())
    return pc.coalesce(written, codes.take(named.indices))


def _currency_code(name: str) -> str | None:
    """``人民币`` and ``rmb`` are CNY; three letters are a code; nothing else is a currency."""
    code = name.strip().upper()
    return CURRENCIES.get(name.strip().lower()) or (code if _CODE.fullmatch(code) else None)


def _floats(numbers: Floats) -> pa.Array:
    return pa.array(numbers, mask=np.isnan(numbers))


def _whole(numbers: Floats) -> pa.Array:
    missing = np.isnan(numbers)
    return pa.array(np.where(missing, 0, numbers).astype(np.int64), mask=missing)
