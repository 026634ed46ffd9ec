"""What reactions do for one lead, done for all leads of a file."""

from __future__ import annotations

from datetime import datetime

from leadloop.grading.operations import grade_many
from leadloop.leads.models import Lead
from leadloop.screening.operations import screen_many


def look_over(*, import_id: int, now: datetime) -> None:
    """Grade the leads to which the file gives no grade, and find what is wrong with the data of any.

    Not part of the import itself, which is whole without it: should this be cut short, the night's runs find
    the same.
    """
    leads = Lead.objects.filter(import_id=import_id)
    grade_many(lead_ids=leads.filter(grade="").values_list("id", flat=True).iterator(), now=now)
    screen_many(lead_ids=leads.values_list("id", flat=True).iterator(), now=now)
