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


def _plainly(*, lead: Lead, grade: str, reason: str, actor: User | None, now: datetime) -> object:
    return edit_lead(lead=lead, changes={"grade": grade}, actor=actor, now=now)


def _is_so(lead: Lead, grade: str, actor: User | None) -> bool:
    return lead.grade == grade


_give: Give = _plainly
_holds: Holds = _is_so


def provide(give: Give, holds: Holds) -> None:
    """Who keeps grades says how one is given. Called from ``AppConfig.ready``."""
    global _give, _holds
    _give, _holds = give, holds


def give_grade(*, lead: Lead, grade: str, reason: str, actor: User | None, now: datetime) -> object:
    return _give(lead=lead, grade=grade, reason=reason, actor=actor, now=now)


def grade_holds(lead: Lead, grade: str, actor: User | None) -> bool:
    """Whether this person's word on the grade is that already."""
    return _holds(lead, grade, actor)
