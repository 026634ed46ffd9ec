"""A person gives a lead a grade, through the list: for one lead or for many.

Grading lies above leads and knows whose word holds and until when; it says here how a grade is given.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from leadloop.leads.models import Lead
from leadloop.leads.operations.edit import edit_lead
from leadloop.people.models import User


class Give(Protocol):
    def __call__(
        self, *, lead: Lead, grade: str, reason: str, actor: User | None, now: datetime
    ) -> object: ...


class Holds(Protocol):
    def __call__(self, lead: Lead, grade: str, actor: User | None) -> bool: ...


class ByRules(Protocol):
    def __call__(self, lead: Lead) -> bool: ...


def _plainly(*, lead: Lead, grade: str, reason: str, actor: User | None, now: datetime) -> object:
    return edit_lead(lead=lead, changes={"grade": grade}, actor=actor, now=now)


def _is_so(lead: Lead, grade: str, actor: User | None) -> bool:
    return lead.grade == grade


def _never(lead: Lead) -> bool:
    return False


_give: Give = _plainly
_holds: Holds = _is_so
_by_rules: ByRules = _never


def provide(give: Give, holds: Holds, by_rules: ByRules) -> None:
    """Who keeps grades says how one is given. Called from ``AppConfig.ready``."""
    global _give, _holds, _by_rules
    _give, _holds, _by_rules = give, holds, by_rules


def give_grade(*, lead: Lead, grade: str, reason: str, actor: User | None, now: datetime) -> object:
    return _give(lead=lead, grade=grade, reason=reason, actor=actor, now=now)


def grade_holds(lead: Lead, grade: str, actor: User | None) -> bool:
    """Whether this person's word on the grade is that already."""
    return _holds(lead, grade, actor)


def graded_by_rules(lead: Lead) -> bool:
    """Whether the rules hold the grade, and no person's word."""
    return _by_rules(lead)
