"""Whose grade holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

RULE, FILE, REP, MANAGER = "rule", "file", "rep", "manager"
Raw = Mapping[str, Any]
"""Facts as they are stored, by field: what a later state is compared with."""


@dataclass(frozen=True, slots=True)
class Standing:
    grade: str
    held_by: str = RULE
    facts_under: Raw | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A grade that a person gave; an empty one takes the own grade back."""

    role: str
    user_id: int | None
    grade: str


def settled(before: Standing, verdict: str, facts: Raw, *, told: Told | None, stays: bool) -> Standing:
    """Where the grade stands after the facts or a person have spoken.

    A grade that a person or a file gave holds until a fact under it changes and the rules come to a grade
    of their own. ``stays``: it holds for good. Saying nothing never overrules somebody.
    """
    if told is not None and not _overruled(before, told):
        before = _spoken(before, told, facts)
    if before.held_by == RULE:
        return Standing(verdict)
    if stays or not verdict or same_facts(before.facts_under, facts):
        return before
    return Standing(verdict)


def same_facts(under: Raw | None, facts: Raw) -> bool:
    """Facts that the rules asked for only later, or ask for no more, do not count."""
    return under is not None and all(facts[key] == value for key, value in under.items() if key in facts)


def _overruled(before: Standing, told: Told) -> bool:
    return before.held_by == MANAGER and told.role != MANAGER


def _spoken(before: Standing, told: Told, facts: Raw) -> Standing:
    if not told.grade:
        return replace(before, held_by=RULE, facts_under=None)
    return replace(before, grade=told.grade, held_by=told.role, facts_under=dict(facts))
