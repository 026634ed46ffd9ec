"""A grade given in the lead list is the same as one given on the lead's page."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours

from leadloop.grading.models import Grading, Judgement, Source
from leadloop.leads.models import BulkKind, Lead
from leadloop.leads.operations import together

pytestmark = pytest.mark.usefixtures("process")


def in_bulk(lead: Lead, cast: Cast, **params: str) -> None:
    action = together.start(
        kind=BulkKind.GRADE, params=params, lead_ids=[lead.pk], actor=cast.manager, now=NOW + hours(1)
    )
    together.go_on(action_id=action.pk, clock=lambda: NOW + hours(2))


def test_a_manager_corrects_many_for_a_reason(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, grade="B")
    in_bulk(lead, cast, grade="A", reason="budget confirmed")
    judgement = Judgement.objects.get(lead=lead)
    assert (judgement.role, judgement.grade, judgement.reason) == (Source.MANAGER, "A", "budget confirmed")
    assert Grading.objects.get(pk=lead.pk).held_by == Source.MANAGER
    assert Lead.objects.get(pk=lead.pk).grade == "A"


def test_the_cell_of_the_list_does_so_too(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, grade="B")
    client = Client()
    client.force_login(cast.manager)
    seen = Lead.objects.get(pk=lead.pk).changed_at.isoformat()
    answer = client.post(f"/lead-cells/{lead.pk}/grade/", {"value": "C", "seen": seen})
    assert answer.status_code == 200
    assert Grading.objects.get(pk=lead.pk).held_by == Source.MANAGER
    assert Judgement.objects.get(lead=lead).reason
