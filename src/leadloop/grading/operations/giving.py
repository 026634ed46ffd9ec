"""A grade given in the lead list: the same as on the lead's own page."""

from __future__ import annotations

from datetime import datetime

from leadloop.grading.models import Grading, Source
from leadloop.grading.operations.reviewing import correct, let_go
from leadloop.grading.permissions import may_review
from leadloop.leads.models import Lead
from leadloop.leads.operations.edit import edit_lead
from leadloop.people.models import User


def give(*, lead: Lead, grade: str, reason: str, actor: User | None, now: datetime) -> object:
    """A reviewer corrects, for a reason; without a grade the rules speak again. Others have their say as
    whoever works on the lead."""
    if actor is None or not may_review(actor, lead):
        return edit_lead(lead=lead, changes={"grade": grade}, actor=actor, now=now)
    if not grade:
        return let_go(lead=lead, actor=actor, now=now)
    return correct(lead=lead, grade=grade, reason=reason, actor=actor, now=now)


def holds(lead: Lead, grade: str, actor: User | None) -> bool:
    """A reviewer may also say that a grade stays which the rules alone have given so far."""
    if lead.grade != grade or actor is None or not may_review(actor, lead):
        return lead.grade == grade
    return not Grading.objects.filter(pk=lead.pk, held_by=Source.RULE).exists()
