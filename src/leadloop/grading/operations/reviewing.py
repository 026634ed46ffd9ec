"""Managers say what they think of grades."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.foundation import privacy
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.grading.models import Grading, Judgement
from leadloop.grading.operations.grading import grade_lead, record
from leadloop.grading.permissions import require_review
from leadloop.grading.rules import GRADES
from leadloop.grading.standing import MANAGER, Told
from leadloop.leads.events import event, write
from leadloop.leads.models import Lead
from leadloop.leads.operations.swap import swap
from leadloop.people.models import User


@transaction.atomic
def accept(*, lead: Lead, actor: User, now: datetime, seen: str | None = None) -> Judgement:
    """The grade is right as it is. It goes on following the facts. ``seen``: the grade that was looked at."""
    require_review(actor, lead)
    if seen is not None and seen != lead.grade:
        raise _changed(lead)
    if not lead.grade:
        raise Conflict(msg("The lead has no grade yet. Give it one, or fill in what is known."))
    if not Grading.objects.filter(pk=lead.pk).exists():
        swap(lead, now=now)
        grade_lead(lead=lead, now=now)
    told = Told(MANAGER, actor.pk, lead.grade)
    return record(lead, told, before=lead.grade, now=now, accepted=True)


@transaction.atomic
def correct(
    *, lead: Lead, grade: str, reason: str, actor: User, now: datetime, seen: str | None = None
) -> Judgement:
    """Another grade, for a stated reason. It holds until the facts under it change."""
    require_review(actor, lead)
    if seen is not None and seen != lead.grade:
        raise _changed(lead)
    if grade not in GRADES:
        raise DataError(msg("Choose A, B or C."), field="grade")
    reason = reason.strip()
    if not reason:
        raise DataError(msg("Say why the grade should be another."), field="reason")
    privacy.check_texts({"reason": reason})
    if grade == lead.grade:
        swap(lead, now=now)
        grade_lead(lead=lead, now=now, told=Told(MANAGER, actor.pk, grade))
    else:
        swap(lead, now=now, grade=grade)
        write(lead, [event(lead, Kind.EDITED, actor=actor, now=now, data={"grade": grade})], remark=reason)
    # Grading followed the change and wrote down who said it; the words are ours.
    judgement = Judgement.objects.filter(lead=lead, role=MANAGER).latest("pk")
    judgement.reason = reason
    judgement.save(update_fields=["reason"])
    return judgement


@transaction.atomic
def let_go(*, lead: Lead, actor: User, now: datetime) -> None:
    """Take a correction back: the rules speak again."""
    require_review(actor, lead)
    swap(lead, now=now)
    grade_lead(lead=lead, now=now, told=Told(MANAGER, actor.pk, ""))


def _changed(lead: Lead) -> Conflict:
    return Conflict(
        msg(
            "The grade of %(number)s is %(grade)s by now. Look at it again.",
            number=lead.number,
            grade=lead.grade or "–",
        )
    )
