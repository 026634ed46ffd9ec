"""The grading engine: a policy, read from data, judges the facts of a lead. Touches no table.

A condition about a fact that nobody knows is neither true nor false. A rule fires only when it is true,
so an unknown budget is never "no budget". A rule that cannot be read, or asks for something that no longer
exists, is kept with its problem and skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from leadloop.foundation.messages import Message, msg
from leadloop.grading.fields import LIMITS, MANY, OPS_OF, Field, Fields, Kind, Op, Value
from leadloop.grading.wording import PARTS, any_of, joined, said

GRADES = ("A", "B", "C")
HIGHEST = 100
MOST_REMEMBERED = 20_000
MOST_OF_PART = 3
Facts = Mapping[str, Value]
Truth = bool | None
Truths = tuple[tuple[tuple[Truth, ...], str], ...]
"""By field: the answers to the conditions on it, and the choice where there are only a few."""


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    op: Op
    values: tuple[str, ...] = ()
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class When:
    """``every``: all conditions must hold; else one is enough."""

    conditions: tuple[Condition, ...]
    every: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    grade: str
    when: When
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class TagRule:
    number: int
    tag: str
    when: When
    remind: bool = False
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class Step:
    points: int
    when: When
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Points for the first step that holds, none when no step does."""

    key: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    rules: tuple[Rule, ...]
    tags: tuple[TagRule, ...]
    hot: int
    warm: int
    parts: tuple[Scale, ...]
    per_point: int
    """How much one point of a BANT part adds to the score."""
    lines: tuple[Scale, ...]
    corrections_stay: bool = False
    """A correction by a person outlives a change of the facts under it."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one fact adds to the score or takes from it."""

    title: Message
    points: int
    known: bool = True


@dataclass(frozen=True, slots=True)
class TagVerdict:
    tag: str
    number: int
    remind: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    grade: str
    """Empty: no rule applies."""
    rule: int | None
    reason: Message
    missing: tuple[Message, ...]
    """What is not known and might lead to another grade."""
    bant: int
    temperature: str
    """Empty as long as nothing of budget, authority, need, timing is known."""
    points: int | None
    """None as long as nothing is known."""
    contributions: tuple[Contribution, ...]
    tags: tuple[TagVerdict, ...]


class Engine:
    """A policy made ready for many leads. Leads that answer all conditions alike share one verdict."""

    def __init__(self, policy: Policy, fields: Fields) -> None:
        self.policy = policy
        self.fields = fields
        asked = dict.fromkeys(condition for when in _whens(policy) for condition in when.conditions)
        self.asks: dict[str, list[Condition]] = {}
        for condition in asked:
            self.asks.setdefault(condition.field, []).append(condition)
        self._tests = [(key, tuple(map(_test, found))) for key, found in self.asks.items()]
        self._known: list[dict[Value, tuple[tuple[Truth, ...], str]]] = [{} for _ in self._tests]
        self._verdicts: dict[Truths, Verdict] = {}

    def truths(self, facts: Facts) -> Truths:
        """How the facts answer every condition; all that a verdict depends on."""
        return tuple(self._answers(place, facts.get(key)) for place, (key, _) in enumerate(self._tests))

    def judge(self, facts: Facts) -> Verdict:
        truths = self.truths(facts)
        found = self._verdicts.get(truths)
        if found is None:
            found = self._verdicts[truths] = _judge(self, truths)
        return found

    @property
    def rule_fields(self) -> tuple[str, ...]:
        """What grades rest on; scores and tags may ask for more."""
        usable = (rule.when for rule in self.policy.rules if rule.problem is None)
        return tuple(dict.fromkeys(one.field for when in usable for one in when.conditions))

    def _answers(self, place: int, value: Value) -> tuple[tuple[Truth, ...], str]:
        known = self._known[place]
        found = known.get(value)
        if found is None:
            if len(known) > MOST_REMEMBERED:
                known.clear()
            key, tests = self._tests[place]
            choice = str(value) if value is not None and self.fields[key].kind == Kind.CHOICE else ""
            found = known[value] = tuple(test(value) for test in tests), choice
        return found


def _whens(policy: Policy) -> Iterable[When]:
    steps = (step for scale in _scales(policy) for step in scale.steps)
    found: Iterable[Rule | TagRule | Step] = chain(policy.rules, policy.tags, steps)
    return (one.when for one in found if one.problem is None)


def _scales(policy: Policy) -> tuple[Scale, ...]:
    return (*policy.parts, *policy.lines)


def _test(condition: Condition) -> Callable[[Value], Truth]:
    op = condition.op
    if op in {Op.KNOWN, Op.UNKNOWN}:
        return lambda value: (value is not None) == (op == Op.KNOWN)
    compare = _LIMIT[op] if op in LIMITS else _MANY[op]
    wanted: Any = condition.limit if op in LIMITS else tuple(value.casefold() for value in condition.values)
    return lambda value: None if value is None else compare(value, wanted)


_LIMIT: Mapping[Op, Callable[[Any, float], bool]] = {
    Op.AT_LEAST: lambda value, limit: value >= limit,
    Op.AT_MOST: lambda value, limit: value <= limit,
}
_MANY: Mapping[Op, Callable[[Any, tuple[str, ...]], bool]] = {
    Op.IS: lambda value, wanted: str(value).strip().casefold() in wanted,
    Op.IS_NOT: lambda value, wanted: str(value).strip().casefold() not in wanted,
    Op.CONTAINS: lambda value, wanted: any(part in str(value).casefold() for part in wanted),
}


class _Answers:
    """The answers of one lead, looked up by condition."""

    def __init__(self, engine: Engine, truths: Truths) -> None:
        self.of = {
            condition: truth
            for conditions, (answers, _) in zip(engine.asks.values(), truths, strict=True)
            for condition, truth in zip(conditions, answers, strict=True)
        }
        self.choices = {key: choice for key, (_, choice) in zip(engine.asks, truths, strict=True)}
        self.fields = engine.fields

    def holds(self, when: When) -> Truth:
        truths = [self.of[condition] for condition in when.conditions]
        decisive = not when.every
        if decisive in truths:
            return decisive
        return None if None in truths else when.every

    def why(self, when: When) -> Message:
        """What made it true, in words."""
        return joined([self._told(one) for one in when.conditions if self.of[one] is True])

    def _told(self, condition: Condition) -> Message:
        """Of several choices that would do, the one it is."""
        choice = self.choices[condition.field]
        if condition.op == Op.IS and choice:
            condition = Condition(condition.field, Op.IS, (choice,))
        return words_of(condition, self.fields)

    def unknown(self, when: When) -> list[str]:
        return [condition.field for condition in when.conditions if self.of[condition] is None]


def _judge(engine: Engine, truths: Truths) -> Verdict:
    policy, fields = engine.policy, engine.fields
    answers = _Answers(engine, truths)
    usable = [rule for rule in policy.rules if rule.problem is None]
    fired = next((rule for rule in usable if answers.holds(rule.when)), None)
    missing = _missing(usable, fired, answers, fields)
    bant, parts, informed = _points(policy.parts, answers, fields, factor=policy.per_point, always=True)
    _, lines, told = _points(policy.lines, answers, fields, factor=1, always=False)
    contributions, points = _limited([*parts, *lines])
    known = informed or told
    return Verdict(
        grade=fired.grade if fired else "",
        rule=fired.number if fired else None,
        reason=_reason(fired, missing, answers),
        missing=missing,
        bant=bant,
        temperature=_temperature(policy, bant) if informed else "",
        points=points if known else None,
        contributions=contributions if known else (),
        tags=tuple(
            TagVerdict(rule.tag, rule.number, rule.remind)
            for rule in policy.tags
            if rule.problem is None and answers.holds(rule.when)
        ),
    )


def _missing(
    rules: Sequence[Rule], fired: Rule | None, answers: _Answers, fields: Fields
) -> tuple[Message, ...]:
    before = rules if fired is None else rules[: rules.index(fired)]
    open_ones = [rule for rule in before if answers.holds(rule.when) is None]
    keys = dict.fromkeys(key for rule in open_ones for key in answers.unknown(rule.when))
    return tuple(fields[key].title for key in keys)


def _reason(fired: Rule | None, missing: Sequence[Message], answers: _Answers) -> Message:
    if fired is not None:
        return msg("Rule %(number)s: %(conditions)s", number=fired.number, conditions=answers.why(fired.when))
    if missing:
        return msg("No rule applies yet. Not known: %(facts)s", facts=joined(missing))
    return msg("No rule applies to these facts.")


def _points(
    scales: Sequence[Scale], answers: _Answers, fields: Fields, *, factor: int, always: bool
) -> tuple[int, list[Contribution], bool]:
    """Sum of the steps, what each adds to the score, and whether more than the passing of time is known."""
    total, found, informed = 0, [], False
    for scale in scales:
        usable = [step for step in scale.steps if step.problem is None]
        known = any(_informed(step.when, answers, fields) for step in usable)
        step = next((step for step in usable if answers.holds(step.when)), None)
        informed |= known
        total += step.points if step else 0
        if always or (step and step.points):
            title = _title(scale, step, answers)
            found.append(Contribution(title, step.points * factor if step else 0, known or step is not None))
    return total, found, informed


def _informed(when: When, answers: _Answers, fields: Fields) -> bool:
    return any(
        answers.of[condition] is not None
        and condition.op not in {Op.KNOWN, Op.UNKNOWN}
        and not fields[condition.field].ages
        for condition in when.conditions
    )


def _title(scale: Scale, step: Step | None, answers: _Answers) -> Message:
    if step is None:
        return PARTS.get(scale.key) or msg("%(text)s", text=scale.key)
    return answers.why(step.when)


def _limited(found: list[Contribution]) -> tuple[tuple[Contribution, ...], int]:
    total = sum(one.points for one in found)
    points = min(max(total, 0), HIGHEST)
    if points != total:
        found = [*found, Contribution(msg("limited to 0–100"), points - total)]
    return tuple(found), points


def _temperature(policy: Policy, bant: int) -> str:
    if bant >= policy.hot:
        return "hot"
    return "warm" if bant >= policy.warm else "cold"


def words_of(condition: Condition, fields: Fields) -> Message:
    """A condition as a person would say it."""
    known = fields.get(condition.field)
    if known is None:
        return msg("“%(field)s”, which no longer exists", field=condition.field)
    values = [known.choices.get(value) or msg("%(text)s", text=value) for value in condition.values]
    return said(known, condition.op, any_of(values), condition.limit)


def problem_of(when: When, fields: Fields) -> Message | None:
    """Why a rule cannot be used; None when it can."""
    if not when.conditions:
        return msg("it has no condition")
    return next((found for one in when.conditions if (found := _problem(one, fields))), None)


def _problem(condition: Condition, fields: Fields) -> Message | None:
    known = fields.get(condition.field)
    if known is None:
        return msg("the field “%(field)s” no longer exists", field=condition.field)
    if condition.op not in OPS_OF[known.kind]:
        return msg("“%(field)s” cannot be compared like this", field=known.title)
    if condition.op in MANY and not any(value.strip() for value in condition.values):
        return msg("“%(field)s” needs a value", field=known.title)
    return _strange_value(condition, known)


def _strange_value(condition: Condition, known: Field) -> Message | None:
    if known.kind != Kind.CHOICE:
        return None
    strange = next((value for value in condition.values if value not in known.choices), None)
    if strange is None:
        return None
    return msg("“%(value)s” of “%(field)s” no longer exists", value=strange, field=known.title)
