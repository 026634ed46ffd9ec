"""Two people press in the same moment: one step is made, and the other is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from tests.assignment.desk import at_once
from tests.cast import Cast
from tests.clocks.things import at
from tests.factories import a_lead

from leadloop.analysis.tables import Kind
from leadloop.assignment.operations import accept, give_back
from leadloop.clocks.models import Nudge
from leadloop.clocks.operations import nudge, nudge_person
from leadloop.foundation.errors import LeadloopError
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.notices.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_database")]

MONDAY = at("2026-06-15 10:00")


def refused(answers: Sequence[object]) -> int:
    assert all(isinstance(one, LeadloopError) for one in answers if isinstance(one, Exception)), answers
    return sum(isinstance(one, Exception) for one in answers)


def test_an_owner_is_asked_once_however_many_press(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, team=cast.key_accounts, now=MONDAY)
    late = at("2026-06-17 10:00")
    whom = [cast.manager, cast.ops, cast.manager, cast.ops]
    calls = [partial(nudge, lead=Lead.objects.get(pk=lead.pk), actor=who, now=late) for who in whom]
    assert refused(at_once(calls)) == 3
    assert (
        refused(at_once([partial(nudge_person, person=cast.owner, actor=who, now=late) for who in whom])) == 3
    )
    assert Nudge.objects.count() == Notice.objects.filter(kind="clock_nudged").count() == 2


def test_a_lead_is_accepted_or_returned_not_both(cast: Cast) -> None:
    for _ in range(5):
        lead = a_lead(owner=cast.owner, actor=cast.ops, team=cast.key_accounts, now=MONDAY)
        facts = {"actor": cast.owner, "now": MONDAY + timedelta(minutes=9)}
        own = [Lead.objects.select_related("process", "stage").get(pk=lead.pk) for _ in range(4)]
        calls = [
            partial(accept, lead=own[0], **facts),
            partial(give_back, lead=own[1], reason="Not ours", **facts),
            partial(accept, lead=own[2], **facts),
            partial(give_back, lead=own[3], reason="Not ours", to=cast.manager, **facts),
        ]
        assert refused(at_once(calls)) == 3
        answers = Event.objects.filter(lead_id=lead.pk, kind__in=[Kind.ACCEPTED, Kind.REJECTED])
        assert answers.count() == 1
