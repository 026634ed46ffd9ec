"""What other rules would do to the leads of today. Counts and examples; nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Max

from leadloop.foundation.messages import Message
from leadloop.grading.facts import Reader
from leadloop.grading.fields import Fields
from leadloop.grading.rules import Engine, Policy, Verdict
from leadloop.grading.standing import RULE
from leadloop.leads.models import Lead, State
from leadloop.leads.queries import visible
from leadloop.people.models import User
from leadloop.process.models import Process

EXAMPLES = 6


@dataclass(frozen=True, slots=True)
class Example:
    """A lead whose grade would be another."""

    number: str
    customer: str
    before: str
    after: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Impact:
    """Open leads by grade, ``before`` and ``after``; ``moves`` counts those that change by both grades."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    moves: Mapping[tuple[str, str], int]
    held: int
    """Grades that a person or a file gave: they stay."""
    examples: tuple[Example, ...]

    @property
    def total(self) -> int:
        return sum(self.before.values())

    @property
    def changed(self) -> int:
        return sum(self.moves.values())


@dataclass(frozen=True, slots=True)
class _Alike:
    """Leads that are alike in everything that the rules ask for."""

    count: int
    newest: int
    before: str
    held: bool
    verdict: Verdict

    @property
    def after(self) -> str:
        return self.before if self.held else self.verdict.grade


def impact_of(policy: Policy, fields: Fields, *, process: Process, user: User, now: datetime) -> Impact:
    """Over the open leads of the process that ``user`` sees."""
    # Only what decides about grades: the fewer facts are asked for, the more leads are alike.
    engine = Engine(replace(policy, tags=(), parts=(), lines=()), fields)
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    moves: Counter[tuple[str, str]] = Counter()
    held = 0
    first: dict[tuple[str, str, int | None], _Alike] = {}
    for alike in _alike(engine, process, user, now):
        before[alike.before] += alike.count
        after[alike.after] += alike.count
        held += alike.count if alike.held else 0
        if alike.before != alike.after:
            moves[alike.before, alike.after] += alike.count
            first.setdefault((alike.before, alike.after, alike.verdict.rule), alike)
    chosen = sorted(first.values(), key=lambda alike: -alike.count)[:EXAMPLES]
    return Impact(before, after, moves, held, _examples(chosen))


def _alike(engine: Engine, process: Process, user: User, now: datetime) -> Iterator[_Alike]:
    reader = Reader(engine.asks, now)
    leads = visible(user).filter(process=process.pk, state=State.OPEN).select_related(None).order_by()
    own = ("grade", "grading__held_by")
    if reader.foreign:
        yield from _one_by_one(engine, reader, leads.values_list("pk", *own, *reader.paths))
        return
    rows = leads.values_list(*own, *reader.paths).annotate(count=Count("pk"), newest=Max("pk"))
    for grade, held_by, *values, count, newest in rows.iterator(5_000):
        verdict = engine.judge(reader.facts(values))
        yield _Alike(count, newest, grade, _held(grade, held_by), verdict)


def _one_by_one(engine: Engine, reader: Reader, rows: object) -> Iterator[_Alike]:
    """Facts of further sources cannot be grouped by the database."""
    found = list(rows)  # type: ignore[call-overload]
    foreign = reader.foreign_facts([row[0] for row in found])
    for pk, grade, held_by, *values in found:
        verdict = engine.judge({**reader.facts(values), **foreign.get(pk, {})})
        yield _Alike(1, pk, grade, _held(grade, held_by), verdict)


def _held(grade: str, held_by: str | None) -> bool:
    """A lead that was never graded has the grade of its file."""
    return bool(grade) and held_by != RULE


def _examples(chosen: list[_Alike]) -> tuple[Example, ...]:
    leads = Lead.objects.select_related("customer").in_bulk([alike.newest for alike in chosen])
    return tuple(
        Example(
            leads[alike.newest].number,
            leads[alike.newest].customer.name,
            alike.before,
            alike.after,
            alike.verdict.reason,
        )
        for alike in chosen
        if alike.newest in leads
    )
