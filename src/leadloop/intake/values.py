"""The cells of some rows as values: times, numbers, stages and words instead of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.intake.amounts import parse_amounts, parse_counts, parse_percents
from leadloop.intake.answers import budget_answer
from leadloop.intake.dates import DAY, NAT, Bools, Ints, parse_times
from leadloop.intake.fields import BY_NAME, Field
from leadloop.intake.headers import key_of
from leadloop.intake.issues import Issues
from leadloop.intake.phones import phone_keys
from leadloop.intake.plan import LEFT_OUT, OWN, Column, Plan
from leadloop.intake.stages import by_text
from leadloop.intake.words import Word, outcome_of

Floats = npt.NDArray[np.float64]

EARLIEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_GRACE = timedelta(days=1)
"""Clocks and zones differ: a date is in the future only beyond this."""

WORDS: tuple[Word, ...] = ("open", "won", "lost", "invalid", "not_won")
NO_WORD = -1
NO_STAGE = -1


@dataclass(slots=True)
class Values:
    """One entry per row everywhere; ``rows`` are the lines of the file."""

    rows: Ints
    texts: dict[str, pa.Array] = field(default_factory=dict)
    """Field name, or the header of a column of its own."""
    times: dict[str, Ints] = field(default_factory=dict)
    numbers: dict[str, Floats] = field(default_factory=dict)
    day_only: dict[str, Bools] = field(default_factory=dict)
    stage_times: dict[int, Ints] = field(default_factory=dict)
    """Index of the stage -> when it was entered."""
    stage_day_only: dict[int, Bools] = field(default_factory=dict)
    stage: dict[str, Ints] = field(default_factory=dict)
    """``stage``, ``lost_stage`` -> index of the stage named in the cell."""
    words: dict[str, Ints] = field(default_factory=dict)
    """``status``, ``validity``, and ``stage`` where a stage's name says won or lost -> index in WORDS."""
    currencies: list[str | None] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def time(self, name: str) -> Ints:
        return self.times[name] if name in self.times else np.full(len(self), NAT, np.int64)

    def word(self, name: str) -> Ints:
        return self.words[name] if name in self.words else np.full(len(self), NO_WORD, np.int64)

    def has_text(self, name: str) -> Bools:
        if name not in self.texts:
            return np.zeros(len(self), np.bool_)
        filled: Bools = self.texts[name].is_valid().to_numpy(zero_copy_only=False)
        return filled

    def keep(self, mask: Bools) -> Values:
        chosen = pa.array(mask)
        cut: Callable[[dict[str, Ints]], dict[str, Ints]] = lambda d: {k: v[mask] for k, v in d.items()}  # noqa: E731
        currencies = self.currencies
        return Values(
            self.rows[mask],
            {name: column.filter(chosen) for name, column in self.texts.items()},
            cut(self.times),
            {name: column[mask] for name, column in self.numbers.items()},
            {name: column[mask] for name, column in self.day_only.items()},
            {index: column[mask] for index, column in self.stage_times.items()},
            {index: column[mask] for index, column in self.stage_day_only.items()},
            cut(self.stage),
            cut(self.words),
            [c for c, kept in zip(currencies, mask, strict=True) if kept] if currencies else None,
        )


class ValueReader:
    """Turns columns of text into :class:`Values` as a plan says."""

    def __init__(self, plan: Plan, columns: Sequence[Column], now: datetime) -> None:
        self.plan = plan
        self.columns = columns
        self.latest = int((now + _GRACE).timestamp()) * 1_000_000
        self.stage_keys = by_text(plan.stages, plan.stage_names)
        self.stage_index = {stage.name: i for i, stage in enumerate(plan.stages)}
        self.stage_index.update({stage.key: i for i, stage in enumerate(plan.stages)})
        self.outcomes = {key_of(text) or text: word for text, word in plan.outcomes.items()}

    def read(self, rows: Ints, arrays: Sequence[pa.Array], issues: Issues) -> Values:
        values = Values(rows)
        for column, array in zip(self.columns, arrays, strict=True):
            if column.field == LEFT_OUT:
                continue
            if column.stage is not None:
                self._stage_time(values, column, array, issues)
            elif column.field == OWN:
                values.texts[column.own_name] = array
            else:
                self._field(values, BY_NAME[column.field], column, array, issues)
        return values

    def replaced(self, columns: Sequence[Column], arrays: Sequence[pa.Array]) -> list[pa.Array]:
        """The columns with the texts that the mapping says in place of those of the file."""
        words = self.plan.values
        return [
            _replace(array, table)
            if (table := words.get(column.field) or words.get(column.header))
            else array
            for column, array in zip(columns, arrays, strict=True)
        ]

    def _field(self, values: Values, field_: Field, column: Column, array: pa.Array, issues: Issues) -> None:
        match field_.type:
            case "time":
                future = field_.future or field_.name == "closed_at"
                moments, day_only = self._times(values.rows, column, array, issues, future=future)
                values.times[field_.name], values.day_only[field_.name] = moments, day_only
            case "amount":
                self._amount(values, field_.name, column, array, issues)
            case "count" | "percent":
                self._number(values, field_, column, array, issues)
            case "phone":
                values.texts[field_.name] = array
                values.texts["phone_key"] = phone_keys(array)
            case "email":
                values.texts[field_.name] = pc.utf8_lower(array)
            case "stage":
                self._stage(values, field_.name, column, array, issues)
            case "status":
                values.words[field_.name] = self._words(values.rows, column, array, issues)
            case _:
                said = values.texts.get(field_.name)
                values.texts[field_.name] = array if said is None else pc.coalesce(array, said)

    def _stage_time(self, values: Values, column: Column, array: pa.Array, issues: Issues) -> None:
        index = self.stage_index[column.stage or ""]
        moments, day_only = self._times(values.rows, column, array, issues, future=False)
        values.stage_times[index], values.stage_day_only[index] = moments, day_only

    def _times(
        self, rows: Ints, column: Column, array: pa.Array, issues: Issues, *, future: bool
    ) -> tuple[Ints, Bools]:
        times = parse_times(array, order=column.order, zone=self.plan.zone)
        moments = times.moments
        self._report(rows, times.bad, column, array, issues, "unreadable_date")
        early = (moments != NAT) & (moments < EARLIEST)
        self._report(rows, early, column, array, issues, "date_before_1990")
        late = (moments > self.latest) & (not future)
        self._report(rows, late, column, array, issues, "date_in_future")
        if early.any() or late.any():
            moments = np.where(early | late, NAT, moments)
        return moments, times.day_only

    def _amount(self, values: Values, name: str, column: Column, array: pa.Array, issues: Issues) -> None:
        amounts = parse_amounts(array, factor=column.factor, comma=column.comma)
        bad = amounts.bad
        if name == "budget":
            bad = self._budget_words(values, array, bad)
        self._report(values.rows, bad, column, array, issues, "unreadable_amount")
        ranges = ~np.isnan(amounts.low)
        self._report(values.rows, ranges, column, array, issues, "amount_range")
        values.numbers[name] = amounts.values
        values.numbers[name + "_low"], values.numbers[name + "_high"] = amounts.low, amounts.high
        if amounts.currencies is not None:
            values.currencies = amounts.currencies

    @staticmethod
    def _budget_words(values: Values, array: pa.Array, bad: Bools) -> Bools:
        """Words such as "no budget" instead of an amount; what is still unreadable."""
        texts = pc.if_else(pa.array(bad), array, pa.scalar(None, pa.string())).dictionary_encode()
        known = [text if budget_answer(text) else None for text in texts.dictionary.to_pylist()]
        said = pa.array(known, pa.string()).take(texts.indices)
        before = values.texts.get("budget_state")
        values.texts["budget_state"] = said if before is None else pc.coalesce(before, said)
        left: Bools = bad & said.is_null().to_numpy(zero_copy_only=False)
        return left

    def _number(self, values: Values, field_: Field, column: Column, array: pa.Array, issues: Issues) -> None:
        numbers, bad = parse_counts(array) if field_.type == "count" else parse_percents(array)
        self._report(values.rows, bad, column, array, issues, "unreadable_number")
        values.numbers[field_.name] = numbers

    def _stage(self, values: Values, name: str, column: Column, array: pa.Array, issues: Issues) -> None:
        texts = array.dictionary_encode()
        names = texts.dictionary.to_pylist()
        stages = [self.stage_keys.get(key_of(text), NO_STAGE) for text in names]
        words = [WORDS.index(word) if (word := self._ending(text)) else NO_WORD for text in names]
        won = [
            WORDS.index("won") if s >= 0 and self.plan.stages[s].won else w
            for s, w in zip(stages, words, strict=True)
        ]
        values.stage[name] = _spread(texts, stages, NO_STAGE)
        values.words[name] = _spread(texts, won, NO_WORD)
        unknown = _spread(
            texts, [s == NO_STAGE and w == NO_WORD for s, w in zip(stages, won, strict=True)], False
        )
        self._report(values.rows, unknown.astype(np.bool_), column, array, issues, "unknown_stage")
        values.texts[name] = array

    def _ending(self, text: str) -> Word | None:
        word = self.outcomes.get(key_of(text) or text) or outcome_of(text)
        return word if word in ("won", "lost", "invalid", "not_won") else None

    def _words(self, rows: Ints, column: Column, array: pa.Array, issues: Issues) -> Ints:
        texts = array.dictionary_encode()
        names = texts.dictionary.to_pylist()
        words = [self._word(text, column.field) for text in names]
        codes = _spread(texts, [WORDS.index(word) if word else NO_WORD for word in words], NO_WORD)
        unknown = (codes == NO_WORD) & array.is_valid().to_numpy(zero_copy_only=False)
        self._report(rows, unknown, column, array, issues, "unknown_status")
        return codes

    def _word(self, text: str, field_name: str) -> Word | None:
        key = key_of(text) or text.strip()
        own = self.outcomes.get(key)
        if own:
            return own
        if field_name == "validity":
            return "invalid" if outcome_of(text) in ("invalid", "not_won") else "open"
        if key in ("是", "yes", "true", "1", "y"):
            return "won"
        word = outcome_of(text)
        if word is None and key in self.stage_keys:
            return "won" if self.plan.stages[self.stage_keys[key]].won else "open"
        return word

    def _report(
        self, rows: Ints, mask: Bools, column: Column, array: pa.Array, issues: Issues, code: str
    ) -> None:
        if not mask.any():
            return
        at = np.flatnonzero(mask)
        # Beyond the limit only the number of rows counts, so only the first values are fetched.
        shown = array.take(pa.array(at[: issues.limit])).to_pylist() + [None] * max(len(at) - issues.limit, 0)
        issues.add_rows(code, rows[at].tolist(), column=column.header, values=shown)


def _replace(array: pa.Array, table: Mapping[str, str]) -> pa.Array:
    texts = array.dictionary_encode()
    names = pa.array([table.get(text, text) or None for text in texts.dictionary.to_pylist()], pa.string())
    return names.take(texts.indices)


def _spread(texts: pa.DictionaryArray, codes: Sequence[int | bool], missing: int) -> Ints:
    """``codes`` of the distinct texts for every row."""
    table = np.array([*codes, missing], np.int64)
    spread: Ints = table[texts.indices.fill_null(len(codes)).to_numpy(zero_copy_only=False)]
    return spread


def lift(moments: Ints, day_only: Bools | None, reference: Ints) -> Ints:
    """A day without a time is midnight; where ``reference`` lies later on that day, it is taken instead."""
    if day_only is None or not day_only.any():
        return moments
    same = (
        day_only & (moments != NAT) & (reference != NAT) & (moments < reference) & (reference - moments < DAY)
    )
    return np.where(same, reference, moments)
