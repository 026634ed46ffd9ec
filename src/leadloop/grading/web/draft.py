"""Rules while they are edited: policy data <-> the fields of one form. Nothing is stored before publishing.

A field's name is its place: ``rules/0/grade``, ``rules/0/1/field`` (second condition of the first rule),
``points.budget/2/points``. A button says what to do: ``add:rules``, ``up:rules/1``, ``drop:rules/0/1``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from leadloop.grading.fields import LIMITS, MANY, OPS_OF, Fields, Kind, Op
from leadloop.grading.policies import condition_of, data_of
from leadloop.grading.rules import Condition
from leadloop.grading.wording import PARTS

MOST_ROWS = 30
MOST_CONDITIONS = 10
MOST_VALUES = 60
_PLACE = re.compile(
    r"^(?P<group>[a-z]+(?:\.[a-z0-9]+)?)/(?P<row>\d{1,3})/(?:(?P<part>\d{1,3})/)?(?P<name>[a-z_]+)$"
)
_BETWEEN = re.compile(r"[,;，；、\n]+")


@dataclass(slots=True)
class DraftCondition:
    fact: str = "budget"
    op: str = "is"
    values: list[str] = field(default_factory=list)


@dataclass(slots=True)
class DraftRow:
    """A rule, a tag rule or a step of points; ``head`` is its grade, tag or number of points."""

    head: str = ""
    every: bool = True
    remind: bool = False
    conditions: list[DraftCondition] = field(default_factory=lambda: [DraftCondition()])


@dataclass(slots=True)
class Draft:
    groups: dict[str, list[DraftRow]]
    names: dict[str, str]
    """Names of the lines of the score by their group."""
    hot: str
    warm: str
    per_point: str
    corrections: str


def draft_of(grading: Mapping[str, Any], tags: Mapping[str, Any]) -> Draft:
    """What is published now, as a form."""
    score, points = grading.get("score", {}), grading.get("points", {})
    groups = {"rules": _rows(grading.get("rules"), "grade"), "tags": _rows(tags.get("rules"), "tag")}
    groups |= {f"points.{part}": _rows(points.get(part), "points") for part in PARTS}
    lines = list(enumerate(score.get("lines", ())))
    groups |= {f"score.{number}": _rows(line.get("steps"), "points") for number, line in lines}
    return Draft(
        groups=groups,
        names={f"score.{number}": str(line.get("name", "")) for number, line in lines},
        hot=str(grading.get("hot", 9)),
        warm=str(grading.get("warm", 5)),
        per_point=str(score.get("per_point", 6)),
        corrections=str(grading.get("manager_correction", "until_facts_change")),
    )


def _rows(rows: Any, head: str) -> list[DraftRow]:
    found = []
    for row in rows or ():
        conditions = row.get("all", row.get("any", row.get("when", [row])))
        conditions = [conditions] if isinstance(conditions, str | Mapping) else conditions
        found.append(
            DraftRow(
                head=str(row.get(head, "")),
                every="any" not in row,
                remind=bool(row.get("remind_owner")),
                conditions=[_condition(one) for one in conditions],
            )
        )
    return found


def _condition(data: Any) -> DraftCondition:
    found = condition_of(data) or Condition("", Op.IS)
    limit = f"{found.limit:g}" if found.op in LIMITS else ""
    return DraftCondition(found.field, str(found.op), [limit] if limit else list(found.values))


def draft_from(form: QueryDict) -> Draft:
    """What was sent, however broken: refusing is left to publishing."""
    groups: dict[str, dict[int, DraftRow]] = {
        "rules": {},
        "tags": {},
        **{f"points.{part}": {} for part in PARTS},
    }
    names: dict[str, str] = {}
    for key in sorted(form, key=_order):
        if key.startswith("name/score."):
            names[key.removeprefix("name/")] = form.get(key, "")[:60]
            groups.setdefault(key.removeprefix("name/"), {})
        elif place := _PLACE.match(key):
            rows = groups.setdefault(place["group"], {})
            _take(rows.setdefault(int(place["row"]), DraftRow(conditions=[])), place, form.getlist(key))
    return Draft(
        groups={group: list(rows.values())[:MOST_ROWS] for group, rows in groups.items()},
        names=names,
        hot=form.get("hot", ""),
        warm=form.get("warm", ""),
        per_point=form.get("per_point", ""),
        corrections=form.get("corrections", "until_facts_change"),
    )


def _order(key: str) -> list[tuple[int, str]]:
    """By place, numbers as numbers: the tenth rule comes after the second."""
    return [(int(part), "") if part.isdigit() and len(part) < 4 else (0, part) for part in key.split("/")]


def _take(row: DraftRow, place: re.Match[str], values: list[str]) -> None:
    name, value = place["name"], values[-1]
    if place["part"] is None:
        if name == "match":
            row.every = value != "any"
        elif name == "remind":
            row.remind = True
        else:
            row.head = value[:60]
        return
    number = int(place["part"])
    while len(row.conditions) <= min(number, MOST_CONDITIONS - 1):
        row.conditions.append(DraftCondition())
    if number < MOST_CONDITIONS:
        condition = row.conditions[number]
        if name == "value":
            condition.values = [value[:120] for value in values[:MOST_VALUES]]
        elif name == "field":
            condition.fact = value[:60]
        elif name == "op":
            condition.op = value[:60]


def act(draft: Draft, do: str) -> None:
    """Add, remove or move; a button that points at nothing does nothing."""
    verb, _, where = do.partition(":")
    group, *numbers = where.split("/")
    rows = draft.groups.get(group)
    if rows is None or not all(number.isdigit() for number in numbers):
        return
    place = [int(number) for number in numbers]
    if verb == "add" and len(rows) < MOST_ROWS:
        rows.append(DraftRow(head="B" if group == "rules" else ("1" if "." in group else "")))
    elif place and place[0] < len(rows):
        _act_on_row(rows, verb, place)


def _act_on_row(rows: list[DraftRow], verb: str, place: list[int]) -> None:
    number, row = place[0], rows[place[0]]
    if verb == "remove":
        del rows[number]
    elif verb == "up" and number > 0:
        rows[number - 1 : number + 1] = [row, rows[number - 1]]
    elif verb == "condition" and len(row.conditions) < MOST_CONDITIONS:
        row.conditions.append(DraftCondition())
    elif verb == "drop" and len(place) > 1 and place[1] < len(row.conditions):
        del row.conditions[place[1]]


def tidy(draft: Draft, fields: Fields) -> None:
    """After another field was chosen: a comparison that fits it, and no values of the field before."""
    for row in (row for rows in draft.groups.values() for row in rows):
        for condition in row.conditions:
            known = fields.get(condition.fact)
            if known is None:
                continue
            if condition.op not in OPS_OF[known.kind]:
                condition.op, condition.values = str(OPS_OF[known.kind][0]), []
            if known.kind == Kind.CHOICE:
                condition.values = [value for value in condition.values if value in known.choices]


def grading_data(draft: Draft) -> dict[str, Any]:
    score = [
        {"name": draft.names.get(group, group), "steps": list(_data(rows, "points"))}
        for group, rows in draft.groups.items()
        if group.startswith("score.")
    ]
    return {
        "rules": list(_data(draft.groups["rules"], "grade")),
        "hot": _whole(draft.hot),
        "warm": _whole(draft.warm),
        "manager_correction": draft.corrections,
        "points": {part: list(_data(draft.groups.get(f"points.{part}", []), "points")) for part in PARTS},
        "score": {"per_point": _whole(draft.per_point), "lines": score},
    }


def tags_data(draft: Draft) -> dict[str, Any]:
    rows = draft.groups["tags"]
    return {
        "rules": [
            {**data, "remind_owner": row.remind} for row, data in zip(rows, _data(rows, "tag"), strict=True)
        ]
    }


def _data(rows: list[DraftRow], head: str) -> Iterator[dict[str, Any]]:
    for row in rows:
        value = _whole(row.head) if head == "points" else row.head.strip()
        conditions = [_condition_data(condition) for condition in row.conditions]
        yield {head: value, "all" if row.every else "any": conditions}


def _condition_data(draft: DraftCondition) -> dict[str, Any]:
    if draft.op not in set(Op):
        return {"field": draft.fact}
    op = Op(draft.op)
    if op in LIMITS:
        # What is no number stays as it was typed: reading the rule says that it cannot be read.
        return {"field": draft.fact, str(op): _number(draft.values[-1] if draft.values else "")}
    if op in MANY:
        values = [part.strip() for value in draft.values for part in _BETWEEN.split(value) if part.strip()]
        return data_of(Condition(draft.fact, op, tuple(values)))
    return data_of(Condition(draft.fact, op))


def _number(text: str) -> float | int | str:
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def _whole(text: str) -> int | str:
    text = text.strip().replace("−", "-")
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else text
