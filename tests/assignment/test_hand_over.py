from __future__ import annotations

from collections import Counter

import pytest
from tests.assignment.desk import publish
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, a_won_lead, hours

from leadloop.assignment.operations import hand_over
from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.people.operations import deactivate


def test_everything_goes_to_one_person_and_the_history_stays(cast: Cast) -> None:
    leads = [a_lead(owner=cast.owner), a_won_lead(owner=cast.owner), a_lost_lead(owner=cast.owner)]
    rest = ("pk", "stage", "state", "amount", "assigned_at", "closed_at", "follow_up_count")
    before = set(Lead.objects.values_list(*rest))
    done = hand_over(
        person=cast.owner, to=[cast.teammate], actor=cast.manager, now=NOW + hours(9), reason="离职"
    )
    assert (done.total, done.left) == (3, 0)
    assert {lead.owner for lead in Lead.objects.all()} == {cast.teammate}
    assert set(Lead.objects.values_list(*rest)) == before
    rows = Event.objects.filter(lead_id=leads[0].pk, kind="assigned").order_by("id")
    assert [(row.owner_id, row.data["how"]) for row in rows] == [
        (cast.owner.pk, "registered"),
        (cast.teammate.pk, "handover"),
    ]


def test_several_share_it_and_a_customer_stays_together(cast: Cast) -> None:
    for n in range(10):
        a_lead(owner=cast.owner, customer=f"客户{n // 2}")
    hand_over(person=cast.owner, to=[cast.teammate, cast.stranger], actor=cast.ops, now=NOW)
    assert set(Counter(Lead.objects.values_list("owner", flat=True)).values()) == {4, 6}
    pairs = set(Lead.objects.values_list("customer", "owner"))
    assert len(pairs) == 5


def test_by_rule(cast: Cast) -> None:
    publish({"key": "south", "when": {"region": ["华南"]}, "teams": [cast.south.pk]}, otherwise="pool")
    a_lead(owner=cast.owner, region="华南")
    stays = a_lead(owner=cast.owner, region="华北")
    deactivate(user=cast.owner, actor=cast.admin, now=NOW)
    done = hand_over(person=cast.owner, actor=cast.ops, now=NOW)
    assert (dict(done.given), done.left) == ({cast.stranger.pk: 1}, 1)
    assert Lead.objects.get(owner=cast.owner) == stays


def test_by_rule_closed_leads_are_no_load(cast: Cast) -> None:
    publish({"key": "south", "when": {}, "people": [cast.stranger.pk]}, open_leads_per_person=1)
    for _ in range(3):
        a_lost_lead(owner=cast.owner)
    a_lead(owner=cast.owner)
    hand_over(person=cast.owner, actor=cast.ops, now=NOW)
    assert set(Lead.objects.values_list("owner", flat=True)) <= {cast.stranger.pk, cast.teammate.pk}
    assert not Lead.objects.filter(owner=cast.owner).exists()


def test_who_may(cast: Cast) -> None:
    a_lead(owner=cast.owner)
    for actor in (cast.owner, cast.teammate, cast.other_manager, cast.marketing, cast.admin):
        with pytest.raises(NotAllowed):
            hand_over(person=cast.owner, to=[cast.teammate], actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        hand_over(person=cast.owner, to=[cast.stranger], actor=cast.manager, now=NOW)
    with pytest.raises(DataError):
        hand_over(person=cast.owner, to=[cast.owner], actor=cast.ops, now=NOW)
    assert Lead.objects.get().owner == cast.owner
