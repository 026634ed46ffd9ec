"""Where many leads stand after everything that happened to them: the single operations' rules by columns.

Pure: Arrow and NumPy in, columns out; no database. The order of a lead's events is (occurred_at, place in
the table), as in the fold of the analysis.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.analysis.tables import Kind
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import State

TIME = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(16, 2)
LARGEST_AMOUNT = 1e13

_KINDS = tuple(Kind)
_CODE = {kind: code for code, kind in enumerate(_KINDS)}
_STATES = tuple(State)
_STATE_CODE = {state: code for code, state in enumerate(_STATES)}
_BECOMES = {
    Kind.REGISTERED: State.OPEN,
    Kind.STAGE: State.OPEN,
    Kind.REOPENED: State.OPEN,
    Kind.VALIDATED: State.OPEN,
    Kind.WON: State.WON,
    Kind.LOST: State.LOST,
    Kind.INVALIDATED: State.INVALID,
}
_NOTHING = -1


@dataclass(frozen=True, slots=True)
class BulkRows:
    """Leads and what happened to them; ``lead`` in both is the caller's own key.

    Columns of ``leads``, all optional but ``lead`` and ``captured_at``: number, customer, credit_code,
    contact, title, phone, email, channel_id, source_detail, campaign, industry, size, region, first_need,
    grade, tags, validity, registered_at, owner_id, team_id, expected_amount, amount (of the last win),
    currency, competitor, note, follow_ups.
    Columns of ``events``, all optional but ``lead``, ``kind``, ``occurred_at``: recorded_at, actor_id, stage
    (key), reason_id, second_reason_id, amount, owner_id, team_id. A ``registered`` event is made where there
    is none.
    """

    leads: pa.Table
    events: pa.Table


@dataclass(frozen=True, slots=True)
class Settled:
    """``leads`` with columns for where each stands; ``events`` in order, ``lead`` an index into ``leads``."""

    leads: pa.Table
    events: pa.Table
    problems: Mapping[int, Message]
    """Index of a lead -> why it may not be written like this."""

    def without(self, rows: Sequence[int], *, leads: pa.Table | None = None) -> Settled:
        """The same with some leads left out. ``leads``: take this table's rows instead."""
        leads = self.leads if leads is None else leads
        if not rows:
            return Settled(leads, self.events, self.problems)
        keep = np.ones(leads.num_rows, dtype=bool)
        keep[list(rows)] = False
        place = np.cumsum(keep) - 1
        of = self.events["lead"].to_numpy()
        events = self.events.filter(pa.array(keep[of]))
        events = _with(events, "lead", pa.array(place[of[keep[of]]]))
        problems = {int(place[row]): why for row, why in self.problems.items() if keep[row]}
        return Settled(leads.filter(pa.array(keep)), events, problems)


@dataclass(frozen=True, slots=True)
class StageColumns:
    """The stages of one process version as arrays, in order."""

    keys: tuple[str, ...]
    ids: tuple[int, ...]
    won: tuple[bool, ...]


def settle(rows: BulkRows, stages: StageColumns) -> Settled:
    """Order the events, add the missing ``registered`` ones, and derive state, stage, owner and dates."""
    leads = rows.leads
    events = _ordered(_with_registered(leads, rows.events))
    history = _History(events, leads.num_rows, stages)
    found = history.columns(leads)
    for name, column in found.items():
        leads = _with(leads, name, column)
    events = _with(events, "stage_id", history.stage_ids())
    return Settled(leads, events, _problems(leads, events, history))


class _History:
    """The ordered events as NumPy columns, and "the last one that …" of each lead."""

    def __init__(self, events: pa.Table, leads: int, stages: StageColumns) -> None:
        self.events = events
        self.leads = leads
        self.stages = stages
        self.of = events["lead"].to_numpy()
        self.kind = _codes(events["kind"], [str(kind) for kind in _KINDS])
        self.stage = _codes(events["stage"], list(stages.keys))
        self.stage[self._is(Kind.REGISTERED) & events["stage"].is_null().to_numpy()] = 0
        self.at = events["occurred_at"].cast(pa.int64()).to_numpy()

    def stage_ids(self) -> pa.Array:
        ids = np.append(np.array(self.stages.ids, dtype=np.int64), 0)
        return _ints(ids[self.stage], self.stage != _NOTHING)

    def unknown_stages(self) -> np.ndarray:
        named = self.events["stage"].is_valid().to_numpy()
        return np.unique(self.of[named & (self.stage == _NOTHING)])

    def columns(self, leads: pa.Table) -> dict[str, pa.Array]:
        closing, state = self._closing()
        standing = self._last(self.stage != _NOTHING)
        entered = self._last((self.stage != _NOTHING) & self._is(Kind.REGISTERED, Kind.STAGE, Kind.REOPENED))
        stage = np.where(standing == _NOTHING, 0, self.stage[standing])
        won = state == _STATE_CODE[State.WON]
        lost = state == _STATE_CODE[State.LOST]
        last_stage = self.stages.won.index(True) if True in self.stages.won else len(self.stages.ids) - 1
        stage = np.where(won, last_stage, stage)
        owner, team, assigned = self._ownership(leads)
        return {
            "state": pa.array([str(s) for s in _STATES]).take(pa.array(state)),
            "stage_id": pa.array(np.array(self.stages.ids, dtype=np.int64)[stage]),
            "stage_since": self._time(np.where(won, closing, entered)),
            "closed_at": self._time(np.where(won | lost, closing, _NOTHING)),
            "amount": self._money(leads, won),
            "loss_reason_id": self._at("reason_id", np.where(lost, closing, _NOTHING)),
            "second_loss_reason_id": self._at("second_reason_id", np.where(lost, closing, _NOTHING)),
            "owner_id": owner,
            "team_id": team,
            "assigned_at": assigned,
            **self._follow_ups(leads),
        }

    def _closing(self) -> tuple[np.ndarray, np.ndarray]:
        """Index of the event that decided where the lead's life stands, and the state it gave."""
        becomes = np.full(len(_KINDS), _NOTHING)
        for kind, state in _BECOMES.items():
            becomes[_CODE[kind]] = _STATE_CODE[state]
        given = becomes[self.kind]
        wins = np.append(np.array(self.stages.won, dtype=bool), False)[self.stage]
        given = np.where(wins & self._is(Kind.STAGE), _STATE_CODE[State.WON], given)
        last = self._last(given != _NOTHING)
        return last, given[last]

    def _ownership(self, leads: pa.Table) -> tuple[pa.Array, pa.Array, pa.Array]:
        moved = self._is(Kind.REGISTERED, Kind.ASSIGNED, Kind.RELEASED)
        owned = self.events["owner_id"].is_valid().to_numpy()
        owner = self._at("owner_id", self._last(moved & (owned | self._is(Kind.RELEASED))))
        team = self._at("team_id", self._last(moved & self.events["team_id"].is_valid().to_numpy()))
        team = pc.coalesce(team, column(leads, "team_id", pa.int64()))
        return owner, team, self._time(self._first(owned & self._is(Kind.REGISTERED, Kind.ASSIGNED)))

    def _follow_ups(self, leads: pa.Table) -> dict[str, pa.Array]:
        logged = self._is(Kind.FOLLOWED_UP)
        counted = np.bincount(self.of[logged], minlength=self.leads)
        told = column(leads, "follow_ups", pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        return {
            "first_followed_up_at": self._time(self._first(logged)),
            "last_followed_up_at": self._time(self._last(logged)),
            "follow_up_count": pa.array(np.maximum(counted, told)),
        }

    def _money(self, leads: pa.Table, won: np.ndarray) -> pa.Array:
        named = self._is(Kind.WON, Kind.STAGE) & self.events["amount"].is_valid().to_numpy()
        amount = pc.coalesce(self._at("amount", self._last(named)), money(leads, "amount"))
        return pc.if_else(pa.array(won), amount, pa.scalar(None, MONEY))

    def _is(self, *kinds: Kind) -> np.ndarray:
        return np.isin(self.kind, [_CODE[kind] for kind in kinds])

    def _last(self, chosen: np.ndarray) -> np.ndarray:
        """Index of each lead's last chosen event: events are in order and a later assignment overwrites."""
        found = np.full(self.leads, _NOTHING)
        places = np.flatnonzero(chosen)
        found[self.of[places]] = places
        return found

    def _first(self, chosen: np.ndarray) -> np.ndarray:
        found = np.full(self.leads, _NOTHING)
        places = np.flatnonzero(chosen)[::-1]
        found[self.of[places]] = places
        return found

    def _at(self, name: str, places: np.ndarray) -> pa.Array:
        return _combined(self.events[name].take(pa.array(places, mask=places == _NOTHING)))

    def _time(self, places: np.ndarray) -> pa.Array:
        return pa.array(self.at[places], pa.int64(), mask=places == _NOTHING).cast(TIME)


def _problems(leads: pa.Table, events: pa.Table, history: _History) -> dict[int, Message]:
    """What the single operations would refuse; the first reason found stands."""
    state = leads["state"]
    lost_without_reason = pc.and_(pc.equal(state, State.LOST), leads["loss_reason_id"].is_null())
    won_without_amount = pc.and_(pc.equal(state, State.WON), leads["amount"].is_null())
    negative = pc.less(leads["amount"].cast(pa.float64()), 0).fill_null(False)
    checks = (
        (_rows(leads["captured_at"].is_null()), msg("It has no time of capture.")),
        (history.unknown_stages(), msg("It has a stage that the process does not have.")),
        (_rows(lost_without_reason), msg("It is lost, but no reason is given.")),
        (_rows(won_without_amount), msg("It is won, but the amount is missing.")),
        (_rows(negative), msg("The amount is negative.")),
    )
    found: dict[int, Message] = {}
    for rows, why in checks:
        for row in rows.tolist():
            found.setdefault(row, why)
    return found


def _rows(mask: pa.ChunkedArray) -> np.ndarray:
    return np.flatnonzero(mask.to_numpy())


def _with_registered(leads: pa.Table, events: pa.Table) -> pa.Table:
    """The events with the lead as an index, and a ``registered`` one first where a lead has none."""
    keys = _combined(leads["lead"])
    of = pc.index_in(events["lead"], value_set=keys)
    events = pa.table(
        {
            "lead": _combined(of).cast(pa.int64()),
            "kind": _combined(events["kind"].cast(pa.string())),
            "occurred_at": _combined(events["occurred_at"].cast(TIME)),
            **{name: column(events, name, kind) for name, kind in _EVENT_COLUMNS.items()},
            "amount": money(events, "amount"),
        }
    ).filter(of.is_valid())
    has = np.zeros(leads.num_rows, dtype=bool)
    has[events.filter(pc.equal(events["kind"], Kind.REGISTERED))["lead"].to_numpy()] = True
    events = pa.concat_tables([_registered(leads, np.flatnonzero(~has)), events], promote_options="default")
    return _facts_on_registered(leads, events)


_EVENT_COLUMNS = {
    "recorded_at": TIME,
    "actor_id": pa.int64(),
    "stage": pa.string(),
    "reason_id": pa.int64(),
    "second_reason_id": pa.int64(),
    "owner_id": pa.int64(),
    "team_id": pa.int64(),
}


def _registered(leads: pa.Table, rows: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "lead": pa.array(rows, pa.int64()),
            "kind": pa.array([str(Kind.REGISTERED)] * len(rows), pa.string()),
            "occurred_at": _combined(leads["captured_at"].cast(TIME)).take(pa.array(rows, pa.int64())),
        }
    )


def _facts_on_registered(leads: pa.Table, events: pa.Table) -> pa.Table:
    """A lead registers with its team, and with its owner unless it is assigned in an event of its own."""
    of = events["lead"]
    registers = pc.equal(events["kind"], Kind.REGISTERED)
    handed = np.zeros(leads.num_rows, dtype=bool)
    handed[of.filter(pc.equal(events["kind"], Kind.ASSIGNED)).to_numpy()] = True
    owner = pc.if_else(pa.array(handed), pa.scalar(None, pa.int64()), column(leads, "owner_id", pa.int64()))
    for name, value in (("owner_id", owner), ("team_id", column(leads, "team_id", pa.int64()))):
        filled = pc.if_else(registers, pc.coalesce(events[name], value.take(_combined(of))), events[name])
        events = _with(events, name, filled)
    return events


def _ordered(events: pa.Table) -> pa.Table:
    # The sort is stable: events of one moment keep their place in the table. Only "registered" goes first.
    late = pc.invert(pc.equal(events["kind"], Kind.REGISTERED)).to_numpy()
    at = events["occurred_at"].cast(pa.int64()).to_numpy()
    order = np.lexsort((late, at, events["lead"].to_numpy()))
    return events.take(pa.array(order)).combine_chunks()


def column(table: pa.Table, name: str, kind: pa.DataType) -> pa.Array:
    """The column as ``kind``; nulls where the table has none."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, kind)
    return _combined(table[name].cast(kind))


def money(table: pa.Table, name: str) -> pa.Array:
    """The column as decimals with two places. What no sale can be worth is null: a misread cell."""
    if name not in table.column_names:
        return pa.nulls(table.num_rows, MONEY)
    found = _combined(table[name])
    if pa.types.is_decimal(found.type):
        return found.cast(MONEY)
    rounded = pc.round(found.cast(pa.float64()), 2)
    sane = pc.less(pc.abs(rounded), LARGEST_AMOUNT)
    return pc.if_else(sane, rounded, pa.scalar(None, pa.float64())).cast(MONEY, safe=False)


def _codes(values: pa.ChunkedArray, known: list[str]) -> np.ndarray:
    found = pc.index_in(values.cast(pa.string()), value_set=pa.array(known, pa.string()))
    return np.array(_combined(found.fill_null(_NOTHING)))


def _ints(values: np.ndarray, valid: np.ndarray) -> pa.Array:
    return pa.array(values, pa.int64(), mask=~valid)


def _combined(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _with(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.append_column(name, values) if at < 0 else table.set_column(at, name, values)
