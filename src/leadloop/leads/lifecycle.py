"""The life of a lead: which verb leads from which state to which. The table is the implementation.

            register
               │
               ▼      invalidate
    ┌────────▶ open ─────────────▶ invalid
    │          │  ▲ ◀───────────── validate
    │ reopen   │  └─ edit, assign, release, claim, move, follow up
    │          │
    ├──── won ◀┤ win
    └─── lost ◀┘ lose

withdraw ends any of these when an import is undone. Merged and withdrawn leads do not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import State


class Verb(StrEnum):
    EDIT = "edit"
    ASSIGN = "assign"
    CLAIM = "claim"
    RELEASE = "release"
    FOLLOW_UP = "follow_up"
    MOVE = "move"
    WIN = "win"
    LOSE = "lose"
    REOPEN = "reopen"
    INVALIDATE = "invalidate"
    VALIDATE = "validate"
    WITHDRAW = "withdraw"


_OPEN, _WON, _LOST, _INVALID = State.OPEN, State.WON, State.LOST, State.INVALID

MOVES: Mapping[Verb, Mapping[State, State]] = MappingProxyType(
    {
        Verb.EDIT: {_OPEN: _OPEN, _WON: _WON, _LOST: _LOST, _INVALID: _INVALID},
        Verb.ASSIGN: {_OPEN: _OPEN, _WON: _WON, _LOST: _LOST},
        Verb.CLAIM: {_OPEN: _OPEN},
        Verb.RELEASE: {_OPEN: _OPEN},
        Verb.FOLLOW_UP: {_OPEN: _OPEN, _WON: _WON, _LOST: _LOST},
        Verb.MOVE: {_OPEN: _OPEN},
        Verb.WIN: {_OPEN: _WON},
        Verb.LOSE: {_OPEN: _LOST},
        Verb.REOPEN: {_WON: _OPEN, _LOST: _OPEN},
        Verb.INVALIDATE: {_OPEN: _INVALID},
        Verb.VALIDATE: {_INVALID: _OPEN},
        Verb.WITHDRAW: {
            _OPEN: State.WITHDRAWN,
            _WON: State.WITHDRAWN,
            _LOST: State.WITHDRAWN,
            _INVALID: State.WITHDRAWN,
        },
    }
)

_WHY_NOT: Mapping[State, Message] = MappingProxyType(
    {
        State.OPEN: msg("The lead is open."),
        State.WON: msg("The lead is won. Reopen it first."),
        State.LOST: msg("The lead is lost. Reopen it first."),
        State.INVALID: msg("The lead is marked invalid. Mark it valid first."),
        State.MERGED: msg("The lead was merged into another one."),
        State.WITHDRAWN: msg("The import of this lead was undone."),
    }
)


def why_not(state: State, verb: Verb) -> Message | None:
    """Why the verb is impossible in this state; None when it is possible."""
    return None if state in MOVES[verb] else _WHY_NOT[state]


def after(state: State, verb: Verb) -> State:
    """The state that follows; :class:`Conflict` when the verb is impossible."""
    if message := why_not(state, verb):
        raise Conflict(message)
    return MOVES[verb][state]
