"""Answers about many leads at once, as files bring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from django.db import connection

from leadloop.grading.models import Qualification
from leadloop.grading.operations.qualifying import Answers
from leadloop.journal.operations import OutsideTransaction
from leadloop.people.models import User


def record_answers(*, answers: Mapping[int, Answers], actor: User | None, now: datetime) -> int:
    """Answers about new leads, inside the transaction that writes these; gives how many say something.

    Like everything written in bulk it calls no reactions: the leads are graded by :func:`grade_many`
    afterwards. A day that has passed already is kept: it says nothing any more, but was said.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("record_answers() needs the transaction that writes the leads")
    known = {pk: _whole(one) for pk, one in answers.items() if one != Answers()}
    Qualification.objects.bulk_create(
        [
            Qualification(lead_id=pk, **asdict(one), changed_by=actor, changed_at=now)
            for pk, one in known.items()
        ]
    )
    return len(known)


def _whole(answers: Answers) -> Answers:
    """An amount names the budget; an amount beside "no budget" is no answer at all."""
    if answers.budget_low is None and answers.budget_high is None:
        return answers
    if answers.budget == Qualification.Budget.NONE:
        return replace(answers, budget_low=None, budget_high=None)
    return replace(answers, budget=Qualification.Budget.NAMED.value)
