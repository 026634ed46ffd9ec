"""Grade leads of one process: one of them, or thousands by the same lines. Inside the caller's transaction.

Two people may change facts of one lead at once. Whoever comes here holds the lead's row, because every
operation on a lead writes it first and a bulk run locks it, so the second one sees what the first wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Max, QuerySet

from leadloop.analysis.tables import Kind
from leadloop.grading.facts import Reader, engine_for
from leadloop.grading.operations.rule_tags import put_tags
from leadloop.grading.operations.storing import Row, reason_key, store
from leadloop.grading.rules import Engine, Verdict
from leadloop.grading.standing import FILE, MANAGER, RULE, Raw, Standing, Told, settled
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead
from leadloop.process.models import Process, Version

_TICK = timedelta(microseconds=1)


class Stored(NamedTuple):
    """What is stored about one lead's grade; ``held_by`` is None as long as nothing is."""

    pk: int
    version_id: int
    grade: str
    rule_grade: str | None
    rule: int | None
    reason_key: str | None
    bant: int | None
    temperature: str | None
    points: int | None
    held_by: str | None
    facts_under: Any
    manager_grade: str | None

    def standing(self) -> Standing:
        if self.held_by is None:
            return Standing(self.grade, FILE if self.grade else RULE)
        # An edit by somebody else may have written another grade over the manager's a moment ago.
        grade = (self.manager_grade or "") if self.held_by == MANAGER else self.grade
        return Standing(grade, self.held_by, self.facts_under)


_OF_GRADING = (*Stored._fields[3:],)
PATHS = (*Stored._fields[:3], *(f"grading__{name}" for name in _OF_GRADING))


@dataclass(slots=True)
class Outcome:
    """``grades``: leads whose grade is another now. ``tagged``: leads that got or lost a tag of a rule."""

    changed_at: datetime
    grades: dict[int, str] = field(default_factory=dict)
    tagged: set[int] = field(default_factory=set)

    @property
    def changed(self) -> set[int]:
        return self.tagged | self.grades.keys()


@dataclass(slots=True)
class _Lead:
    """One lead while it is judged."""

    stored: Stored
    verdict: Verdict
    facts: Raw
    standing: Standing


def regrade(
    leads: QuerySet[Lead],
    *,
    process: Process,
    now: datetime,
    told: Told | None = None,
    touched: Collection[str] = (),
    fresh: Lead | None = None,
) -> Outcome:
    """Judge ``leads``, all of ``process``, and write what is different from what is stored.

    ``told``: what a person said about each of them. ``touched``: facts that were just changed, for leads
    with no stored standing to compare with. ``fresh``: the only one of them, just inserted; nothing is stored
    about it but what it carries.
    """
    engine, version = engine_for(process)
    reader = Reader(engine.asks, now)
    stored = _stored(leads, reader) if fresh is None else [_of_new(fresh, reader)]
    judged = _judged(stored, reader, engine, told, touched)
    outcome = Outcome(changed_at=now)
    store([row for one in judged if (row := _row(one, version, now))])
    wanted = {one.stored.pk: one.verdict.tags for one in judged}
    if fresh is None or any(wanted.values()):
        outcome.tagged = put_tags(wanted, now=now)
    outcome.grades = {
        one.stored.pk: one.standing.grade for one in judged if one.standing.grade != one.stored.grade
    }
    if outcome.changed:
        _write_grades(outcome)
    _report(judged, outcome, now)
    return outcome


def _stored(leads: QuerySet[Lead], reader: Reader) -> list[tuple[Any, ...]]:
    return list(leads.order_by("pk").values_list(*PATHS, *reader.paths))


def _of_new(lead: Lead, reader: Reader) -> tuple[Any, ...]:
    """What the same question would say of a lead that has neither answers nor a grading yet."""
    return tuple(_value(lead, path) for path in (*PATHS, *reader.paths))


def _value(lead: Lead, path: str) -> Any:
    one, _, of = path.partition("__")
    if not of:
        return getattr(lead, path)
    contact = lead.contact if one == "contact" else None
    return None if contact is None else getattr(contact, of)


def _judged(
    rows: Sequence[tuple[Any, ...]],
    reader: Reader,
    engine: Engine,
    told: Told | None,
    touched: Collection[str],
) -> list[_Lead]:
    foreign = reader.foreign_facts([row[0] for row in rows])
    width = len(PATHS)
    under = engine.rule_fields
    found = []
    for row in rows:
        stored, values = Stored._make(row[:width]), row[width:]
        facts = reader.facts(values)
        if foreign:
            facts |= foreign.get(stored.pk, {})
        verdict = engine.judge(facts)
        # Only a grade that a person or a file gave needs the facts under it.
        held = (
            told is not None or (stored.held_by or RULE) != RULE or (stored.held_by is None and stored.grade)
        )
        raw = reader.raw(values, under) if held else {}
        before = _before(stored, raw, touched, under)
        standing = settled(before, verdict.grade, raw, told=told, stays=engine.policy.corrections_stay)
        found.append(_Lead(stored, verdict, raw, standing))
    return found


def _before(stored: Stored, raw: Raw, touched: Collection[str], under: Sequence[str]) -> Standing:
    """A lead of a file is met for the first time: the grade rests on the facts of now, unless they moved."""
    standing = stored.standing()
    if stored.held_by is not None or standing.held_by == RULE or not set(touched).isdisjoint(under):
        return standing
    return Standing(standing.grade, standing.held_by, raw)


def _row(one: _Lead, version: Version, now: datetime) -> Row | None:
    """What to store; None when nothing is new or nothing is known."""
    verdict, stored, standing = one.verdict, one.stored, one.standing
    key = reason_key(verdict.reason)
    same_verdict = (verdict.grade, verdict.rule, key) == (stored.rule_grade, stored.rule, stored.reason_key)
    measured = (verdict.bant, verdict.temperature, verdict.points)
    if stored.held_by is None:
        if verdict.points is None and not verdict.grade and standing.held_by == RULE:
            return None
    elif (
        same_verdict
        and measured == (stored.bant, stored.temperature, stored.points)
        and (standing.held_by, standing.facts_under) == (stored.held_by, stored.facts_under)
    ):
        return None
    return Row(
        lead_id=stored.pk,
        version_id=version.pk,
        verdict=verdict,
        reason_key=key,
        now=now,
        held_by=standing.held_by,
        facts_under=standing.facts_under,
    )


def _write_grades(outcome: Outcome) -> None:
    """Both: the grade, and the mark by which an open form notices that the lead is another now."""
    newest = Lead.objects.filter(pk__among=list(outcome.changed)).aggregate(at=Max("changed_at"))["at"]
    outcome.changed_at = max(outcome.changed_at, newest + _TICK)
    by_grade: dict[str, list[int]] = defaultdict(list)
    for pk, grade in outcome.grades.items():
        by_grade[grade].append(pk)
    for grade, ids in by_grade.items():
        Lead.objects.filter(pk__among=ids).update(grade=grade, changed_at=outcome.changed_at)
    if only_tagged := outcome.tagged - outcome.grades.keys():
        Lead.objects.filter(pk__among=list(only_tagged)).update(changed_at=outcome.changed_at)


def _report(judged: Sequence[_Lead], outcome: Outcome, now: datetime) -> None:
    changed = outcome.changed
    events = [_event(one.stored, outcome, now) for one in judged if one.stored.pk in changed]
    if events:
        journal.append(events)


def _event(stored: Stored, outcome: Outcome, now: datetime) -> NewEvent:
    data: dict[str, object] = {}
    if stored.pk in outcome.grades:
        data["grade"] = outcome.grades[stored.pk] or None
    if stored.pk in outcome.tagged:
        data["fields"] = ["tags"]
    return NewEvent(
        kind=Kind.EDITED,
        lead_id=stored.pk,
        version_id=stored.version_id,
        occurred_at=now,
        recorded_at=now,
        data=data,
    )
