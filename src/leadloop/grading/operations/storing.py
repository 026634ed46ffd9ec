"""Verdicts into their table, many in one statement."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from leadloop.foundation.messages import Message, to_data
from leadloop.grading.models import Grading
from leadloop.grading.rules import Verdict
from leadloop.grading.standing import Raw


@dataclass(frozen=True, slots=True)
class Row:
    lead_id: int
    version_id: int
    verdict: Verdict
    reason_key: str
    now: datetime
    held_by: str
    facts_under: Raw | None


_COLUMNS = (
    "lead_id",
    "version_id",
    "rule_grade",
    "rule",
    "reason",
    "reason_key",
    "graded_at",
    "bant",
    "temperature",
    "points",
    "held_by",
    "facts_under",
)
_TOLD = ("rep_grade", "manager_grade")
"""Empty in a new row; what people said is written by :mod:`.judging`."""


def store(rows: Sequence[Row]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(_statement(), [_values(row) for row in rows])


@lru_cache(maxsize=1)
def _statement() -> str:
    table = Grading._meta.db_table
    names = ", ".join((*_COLUMNS, *_TOLD))
    places = ", ".join(["%s"] * len(_COLUMNS) + ["''"] * len(_TOLD))
    changes = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:] if name != "graded_at")
    same = f"{table}.rule_grade = excluded.rule_grade AND {table}.reason_key = excluded.reason_key"
    changes += f", graded_at = CASE WHEN {same} THEN {table}.graded_at ELSE excluded.graded_at END"
    # Names of our own model; every value is a parameter.
    return f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT (lead_id) DO UPDATE SET {changes}"  # noqa: S608


def _values(row: Row) -> tuple[Any, ...]:
    verdict = row.verdict
    return (
        row.lead_id,
        row.version_id,
        verdict.grade,
        verdict.rule,
        _words(verdict.reason)[0],
        row.reason_key,
        connection.ops.adapt_datetimefield_value(row.now),
        verdict.bant,
        verdict.temperature,
        verdict.points,
        row.held_by,
        None if row.facts_under is None else json.dumps(row.facts_under, ensure_ascii=False),
    )


def reason_key(reason: Message) -> str:
    return _words(reason)[1]


_known: dict[int, tuple[Message, tuple[str, str]]] = {}


def _words(reason: Message) -> tuple[str, str]:
    """JSON and key of a reason. By identity: the engine gives the same object to all leads that share it."""
    found = _known.get(id(reason))
    if found is None or found[0] is not reason:
        if len(_known) > 5_000:
            _known.clear()
        text = json.dumps(to_data(reason), ensure_ascii=False, sort_keys=True)
        key = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        found = _known[id(reason)] = reason, (text, key)
    return found[1]
