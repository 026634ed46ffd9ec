"""What tests of grades are about."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.factories import NOW, hours

from leadloop.grading.models import Grading
from leadloop.grading.operations import Answers, qualify
from leadloop.journal.models import Event
from leadloop.leads.models import Lead

READY = Answers(budget="named", need="matches", authority="decides", purchase_by=date(2026, 8, 1), intent=4)
"""Everything that makes an A."""


def qualified(lead: Lead, answers: Answers = READY, *, at: float = 1, **more: Any) -> Lead:
    qualify(lead=lead, answers=answers, actor=None, now=NOW + hours(at), **more)
    return lead


def standing(lead: Lead) -> tuple[str, str]:
    """The grade as stored, and whose it is."""
    return Lead.objects.get(pk=lead.pk).grade, Grading.objects.get(pk=lead.pk).held_by


def edited(lead: Lead) -> list[dict[str, Any]]:
    return [row.data for row in Event.objects.filter(lead_id=lead.pk, kind="edited").order_by("pk")]
