"""The tree of channels: no cycle at any door; renamed, merged, retired."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_won_lead

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.journal.models import Event
from leadloop.leads.models import Channel, Lead
from leadloop.marketing import queries
from leadloop.marketing.models import Campaign, Cost
from leadloop.marketing.operations import (
    change_channel,
    create_channel,
    merge_channels,
    move_leads_of_merged,
    restore_channel,
    retire_channel,
)
from leadloop.marketing.rules import subtree


def three(db: None = None) -> tuple[Channel, Channel, Channel]:
    """Online / search / paid search."""
    top = create_channel(name="线上", actor=None, now=NOW)
    middle = create_channel(name="搜索", parent=top, actor=None, now=NOW)
    return top, middle, create_channel(name="付费搜索", parent=middle, actor=None, now=NOW)


def test_a_channel_never_becomes_part_of_itself(cast: Cast) -> None:
    top, middle, low = three()
    for above in (top, middle, low):
        with pytest.raises(DataError) as refused:
            change_channel(channel=top, name=top.name, parent=above, actor=cast.marketing, now=NOW)
        assert refused.value.field == "parent"
    moved = change_channel(channel=low, name="SEM", parent=top, actor=cast.marketing, now=NOW)
    assert (moved.name, moved.parent) == ("SEM", top)


def test_not_even_past_the_operations(cast: Cast) -> None:
    top, _, low = three()
    top.parent = low
    with pytest.raises(DataError):
        top.save()
    with pytest.raises(DataError):
        Channel.objects.filter(pk=low.pk).get().children.add(Channel.objects.get(pk=top.pk), bulk=False)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_cycle_together(shared_database: None, cast: Cast) -> None:
    for attempt in range(8):
        one = create_channel(name=f"一{attempt}", actor=None, now=NOW)
        two = create_channel(name=f"二{attempt}", actor=None, now=NOW)
        start, refused = Barrier(2), []

        def move(channel: Channel, parent: Channel, start=start, refused=refused) -> None:
            start.wait()
            try:
                change_channel(channel=channel, name=channel.name, parent=parent, actor=None, now=NOW)
            except DataError:
                refused.append(channel)
            connection.close()

        threads = [Thread(target=move, args=(one, two)), Thread(target=move, args=(two, one))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert len(refused) == 1
        parents = {
            one.pk: Channel.objects.get(pk=one.pk).parent_id,
            two.pk: Channel.objects.get(pk=two.pk).parent_id,
        }
        assert sorted(parents.values(), key=str) == sorted(
            [None, (set(parents) - {refused[0].pk} and refused[0].pk)], key=str
        )


def test_names_are_unique_and_there(cast: Cast) -> None:
    create_channel(name="  展会 ", actor=None, now=NOW)
    for wrong in ("展会", "", "  ", "x" * 121, "-"):
        with pytest.raises(DataError) as refused:
            create_channel(name=wrong, actor=cast.ops, now=NOW)
        assert refused.value.field == "name"


def test_only_marketing_and_operations_change_channels(cast: Cast) -> None:
    for who, user in cast.everybody().items():
        if who in {"marketing", "ops"}:
            create_channel(name=who, actor=user, now=NOW)
        else:
            with pytest.raises(NotAllowed):
                create_channel(name=who, actor=user, now=NOW)


def test_a_retired_channel_keeps_its_leads_and_is_offered_no_more(cast: Cast) -> None:
    top, middle, low = three()
    lead = a_lead(channel=low)
    with pytest.raises(Conflict):
        retire_channel(channel=middle, actor=cast.ops, now=NOW)
    retire_channel(channel=low, actor=cast.ops, now=NOW)
    assert low not in Channel.objects.offered()
    assert Lead.objects.get(pk=lead.pk).channel == low
    with pytest.raises(DataError):
        create_channel(name="neu", parent=low, actor=cast.ops, now=NOW)
    retire_channel(channel=middle, actor=cast.ops, now=NOW)
    with pytest.raises(DataError):
        restore_channel(channel=low, actor=cast.ops, now=NOW)
    restore_channel(channel=middle, actor=cast.ops, now=NOW)
    restore_channel(channel=low, actor=cast.ops, now=NOW)
    assert set(Channel.objects.offered()) == {top, middle, low}


def test_merged_everything_of_the_one_is_the_others(cast: Cast, monkeypatch) -> None:
    _, middle, low = three()
    other = a_channel("SEM 投放")
    leads = [a_lead(channel=middle), a_won_lead(channel=middle), a_lead(channel=other)]
    campaign = Campaign.objects.create(
        name="春季", channel=middle, start="2026-01-01", end="2026-04-01", changed_at=NOW
    )
    cost = Cost.objects.create(
        channel=middle, start="2026-01-01", end="2026-02-01", amount=100, recorded_at=NOW
    )
    assert merge_channels(channel=middle, into=other, actor=cast.marketing, now=NOW) == 0
    for record in (low, campaign, cost, *leads, middle):
        record.refresh_from_db()
    assert low.parent == campaign.channel == cost.channel == middle.merged_into == other
    assert {lead.channel for lead in leads} == {other}
    told = Event.objects.filter(kind=Kind.EDITED)
    assert sorted(told.values_list("lead_id", flat=True)) == sorted(lead.pk for lead in leads[:2])
    assert [(row.data, row.actor) for row in told] == [({"source": str(other.pk)}, cast.marketing)] * 2
    with pytest.raises(Conflict):
        change_channel(channel=middle, name="x", parent=None, actor=cast.ops, now=NOW)
    assert middle.pk in queries.tree().merged[other.pk]


def test_the_whole_may_be_merged_into_its_part(cast: Cast) -> None:
    top, middle, low = three()
    side = create_channel(name="社交", parent=top, actor=None, now=NOW)
    merge_channels(channel=top, into=low, actor=cast.ops, now=NOW)
    tree = queries.tree()
    assert tree.parents[low.pk] is None
    assert set(subtree(tree.parents, low.pk)) == {low.pk, middle.pk, side.pk}
    merge_channels(channel=low, into=side, actor=cast.ops, now=NOW)
    assert set(queries.tree().merged[side.pk]) == {top.pk, low.pk}
    with pytest.raises(DataError):
        merge_channels(channel=side, into=side, actor=cast.ops, now=NOW)


def test_a_large_merge_goes_on_where_it_was_left(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("leadloop.marketing.operations.journalled.CHUNK", 2)
    one, two = a_channel("一"), a_channel("二")
    leads = [a_lead(channel=one) for _ in range(7)]
    Channel.objects.filter(pk=one.pk).update(merged_into=two, retired_at=NOW)
    monkeypatch.setattr("leadloop.marketing.operations.channels.CHUNK", 2)
    assert move_leads_of_merged(actor=None, now=NOW, most=4) == 3
    assert move_leads_of_merged(actor=None, now=NOW) == 0
    assert Event.objects.filter(kind=Kind.EDITED).count() == len(leads)
    assert move_leads_of_merged(actor=None, now=NOW) == 0
    assert Event.objects.filter(kind=Kind.EDITED).count() == len(leads)
