"""What rarely changes (people, teams, policies, channels), kept in memory by every process.

One row of the database tells whether it still holds. Triggers give that row a new random mark in the
transaction of every change, through whatever door it comes. A counter would not do: after a rollback it
would come to the same number again with other data.

A reader takes the mark first and reads afterwards, so what it keeps is never older than the mark it keeps
it under. Whoever comes later compares marks, so a change is seen as soon as its transaction is.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model

_T = TypeVar("_T")
_M = TypeVar("_M", bound=Model)

_held: ContextVar[list[str | None] | None] = ContextVar("held", default=None)


@contextmanager
def steady() -> Iterator[None]:
    """Inside, the mark is read once: for an operation that itself changes nothing of what is kept."""
    if _held.get() is not None:
        yield
        return
    reset = _held.set([])
    try:
        yield
    finally:
        _held.reset(reset)


def renew() -> None:
    """Read the mark again: the caller has just waited for others, who may have changed something."""
    if (held := _held.get()) is not None:
        held.clear()


def mark() -> str | None:
    """None where there is no such row, as in tables that were just emptied: nothing is kept then."""
    held = _held.get()
    if held:
        return held[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM people_revision WHERE id = 1")
        row = cursor.fetchone()
    found = None if row is None else str(row[0])
    if held is not None:
        held.append(found)
    return found


class Kept(Generic[_T]):
    """The value of ``load`` for as long as nothing that is watched changes.

    All threads share it: nobody may change it, and of models it hands out copies (:func:`own`).
    """

    def __init__(self, load: Callable[[], _T]) -> None:
        self._load = load
        self._kept: tuple[str, _T] | None = None

    def __call__(self) -> _T:
        now = mark()
        kept = self._kept
        if kept is not None and kept[0] == now:
            return kept[1]
        value = self._load()
        if now is not None:
            self._kept = now, value
        return value


def own(instance: _M) -> _M:
    """A copy for one caller: what is remembered on it, or read along, stays with that caller."""
    made: Any = copy.copy(instance)
    return made  # type: ignore[no-any-return]
