"""What reactions do for one lead, done for all leads of a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from leadloop.assignment.models import Decision
from leadloop.assignment.operations import assign_many
from leadloop.grading.operations import grade_many
from leadloop.imports.models import ENDED, Import, Status
from leadloop.imports.options import Options
from leadloop.leads.models import Lead, State
from leadloop.screening.operations import screen_many

CUT_SHORT = timedelta(minutes=15)
"""So long after its end an import that nobody looked over is taken to have lost its worker."""


def look_over(*, import_id: int, now: datetime) -> None:
    """Grade the leads to which the file gives no grade, find what is wrong with the data of any, and give
    those that nobody owns to somebody, unless they are meant for the pool.

    Not part of the import itself, which is whole without it: should this be cut short, the sweep does it
    again, and finds done what was done.
    """
    import_ = Import.objects.get(pk=import_id)
    if import_.status not in ENDED:
        return
    leads = Lead.objects.filter(import_id=import_id)
    grade_many(lead_ids=leads.filter(grade="").values_list("id", flat=True).iterator(), now=now)
    screen_many(lead_ids=leads.values_list("id", flat=True).iterator(), now=now)
    given = 0
    if import_.status == Status.DONE and Options.from_json(import_.options).ownerless == "rules":
        # After the grades: rules ask for them, and what people have is counted by grade.
        given = assign_many(lead_ids=_nobodys(import_id), now=now)
    Import.objects.filter(pk=import_id).update(looked_over_at=now, assigned=import_.assigned + given)


def left_over(now: datetime) -> list[int]:
    """Imports whose worker died between their end and the look over their leads."""
    found = Import.objects.filter(status__in=ENDED, looked_over_at=None, finished_at__lt=now - CUT_SHORT)
    return list(found.order_by("id").values_list("pk", flat=True))


def _nobodys(import_id: int) -> Iterator[int]:
    """Open leads without owner for which the rules were not asked yet."""
    asked = Decision.objects.filter(lead=OuterRef("pk"))
    leads = Lead.objects.filter(import_id=import_id, state=State.OPEN, owner=None).exclude(Exists(asked))
    return leads.order_by("captured_at", "id").values_list("id", flat=True).iterator()
