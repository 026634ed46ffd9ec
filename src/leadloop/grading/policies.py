"""Policies as data <-> policies as the engine reads them. Pure.

Data is what a process version stores: ``grading`` with ``rules``, ``points``, ``score``, ``hot``, ``warm``,
and ``tags``. A condition is ``{field = "budget", is = ["named"]}``; the other words are those of :class:`Op`,
and ``known = true|false``. Policies of earlier versions name some conditions by a single word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.grading.fields import LIMITS, Fields, Op
from leadloop.grading.rules import (
    GRADES,
    MOST_OF_PART,
    Condition,
    Policy,
    Rule,
    Scale,
    Step,
    TagRule,
    When,
    problem_of,
)
from leadloop.grading.wording import PARTS

Data = Mapping[str, Any]
QUARTER = 92
MOST_POINTS = MOST_OF_PART * len(PARTS)
CORRECTIONS_STAY = "always"

WORDS: Mapping[str, Condition] = MappingProxyType(
    {
        "budget_named": Condition("budget", Op.IS, ("named",)),
        "no_budget": Condition("budget", Op.IS, ("none",)),
        "need_matches": Condition("need", Op.IS, ("matches",)),
        "need_does_not_match": Condition("need", Op.IS, ("no",)),
        "has_authority": Condition("authority", Op.IS, ("decides", "has_say")),
        "no_authority": Condition("authority", Op.IS, ("none",)),
        "decision_maker_reached": Condition("authority", Op.IS, ("decides",)),
        "purchase_within_3_months": Condition("purchase_in", Op.AT_MOST, limit=QUARTER),
        "asking_only": Condition("only_asking", Op.IS, ("yes",)),
        "postponed": Condition("not_now", Op.IS, ("yes",)),
    }
)
"""Conditions that policies name by one word."""


def read_policy(grading: Data, tags: Data, fields: Fields) -> Policy:
    """What cannot be read or used stands in the policy with its problem; nothing here raises."""
    score = _mapping(grading.get("score"))
    points = _mapping(grading.get("points"))
    return Policy(
        rules=tuple(_rule(row, number, fields) for number, row in enumerate(_rows(grading, "rules"), 1)),
        tags=tuple(_tag_rule(row, number, fields) for number, row in enumerate(_rows(tags, "rules"), 1)),
        hot=_whole(grading.get("hot"), 9),
        warm=_whole(grading.get("warm"), 5),
        parts=tuple(_scale(key, points.get(key), fields) for key in PARTS),
        per_point=_whole(score.get("per_point"), 6),
        lines=tuple(
            _scale(str(row.get("name", "")), row.get("steps"), fields) for row in _rows(score, "lines")
        ),
        corrections_stay=grading.get("manager_correction") == CORRECTIONS_STAY,
    )


def check_policy(grading: Data, tags: Data, fields: Fields) -> Policy:
    """The policy, or :class:`DataError` with the number of the rule that may not be published."""
    policy = read_policy(grading, tags, fields)
    if not policy.rules:
        raise DataError(msg("A grading policy needs at least one rule."), field="rules")
    for rule in policy.rules:
        _refuse(msg("Rule %(number)s", number=rule.number), rule.problem)
    for tag in policy.tags:
        _refuse(msg("Tag rule %(number)s", number=tag.number), tag.problem)
    for key, step in _steps(policy):
        _refuse(msg("Points for “%(part)s”", part=PARTS.get(key) or key), step.problem)
    for part in policy.parts:
        if any(not 0 <= step.points <= MOST_OF_PART for step in part.steps):
            raise DataError(
                msg("Points for “%(part)s” go from 0 to 3.", part=PARTS[part.key]), field=part.key
            )
    if not 0 < policy.warm < policy.hot <= MOST_POINTS:
        raise DataError(
            msg("Hot must begin above warm, and both lie between 1 and %(most)s.", most=MOST_POINTS),
            field="hot",
        )
    return policy


def _refuse(what: Message, problem: Message | None) -> None:
    if problem is not None:
        raise DataError(msg("%(what)s: %(problem)s.", what=what, problem=problem), field="rules")


def _steps(policy: Policy) -> Iterator[tuple[str, Step]]:
    for scale in (*policy.parts, *policy.lines):
        yield from ((scale.key, step) for step in scale.steps)


def _rule(row: Data, number: int, fields: Fields) -> Rule:
    grade = str(row.get("grade", ""))
    when, problem = _when(row, fields)
    if grade not in GRADES:
        problem = msg("a grade is A, B or C, not “%(grade)s”", grade=grade)
    return Rule(number, grade, when, problem)


def _tag_rule(row: Data, number: int, fields: Fields) -> TagRule:
    tag = " ".join(str(row.get("tag", "")).split())[:60]
    when, problem = _when(row, fields)
    if not tag:
        problem = msg("it names no tag")
    return TagRule(number, tag, when, bool(row.get("remind_owner")), problem)


def _scale(key: str, rows: Any, fields: Fields) -> Scale:
    found = rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ()
    return Scale(key, tuple(_step(row, fields) for row in found if isinstance(row, Mapping)))


def _step(row: Data, fields: Fields) -> Step:
    when, problem = _when(row, fields)
    points = row.get("points")
    if not isinstance(points, int) or abs(points) > 100:
        problem = msg("points are a whole number up to 100")
        points = 0
    return Step(points, when, problem)


def _when(row: Data, fields: Fields) -> tuple[When, Message | None]:
    """``all`` or ``any`` of several conditions, or one condition that stands in the row itself."""
    every = "any" not in row
    rows = row.get("any") if not every else row.get("all", row.get("when"))
    if rows is None:
        rows = [row] if "field" in row else []
    if isinstance(rows, str | Mapping) or not isinstance(rows, Sequence):
        rows = [rows]
    found = [condition_of(one) for one in rows]
    when = When(tuple(one for one in found if one is not None), every)
    if None in found:
        return when, msg("a condition cannot be read")
    return when, problem_of(when, fields)


def condition_of(data: Any) -> Condition | None:
    """None for what cannot be read."""
    if isinstance(data, str):
        return WORDS.get(data) or Condition(data, Op.KNOWN)
    if not isinstance(data, Mapping) or not isinstance(data.get("field"), str):
        return None
    key = str(data["field"])
    if "known" in data:
        return Condition(key, Op.KNOWN if data["known"] else Op.UNKNOWN)
    op = next((op for op in Op if str(op) in data), None)
    if op is None:
        return None
    return _limit(key, op, data[str(op)]) if op in LIMITS else Condition(key, op, _values(data[str(op)]))


def _limit(key: str, op: Op, value: Any) -> Condition | None:
    try:
        limit = float(value)
    except (TypeError, ValueError):
        return None
    # Neither NaN nor infinity can be compared or stored.
    return Condition(key, op, limit=limit) if abs(limit) < 1e15 else None


def _values(value: Any) -> tuple[str, ...]:
    found = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    return tuple(str(one) for one in found)


def data_of(condition: Condition) -> dict[str, Any]:
    if condition.op in {Op.KNOWN, Op.UNKNOWN}:
        return {"field": condition.field, "known": condition.op == Op.KNOWN}
    if condition.op in LIMITS:
        limit = condition.limit
        return {"field": condition.field, str(condition.op): int(limit) if limit.is_integer() else limit}
    return {"field": condition.field, str(condition.op): list(condition.values)}


def _rows(data: Data, name: str) -> list[Data]:
    rows = data.get(name)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []


def _mapping(data: Any) -> Data:
    return data if isinstance(data, Mapping) else {}


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
