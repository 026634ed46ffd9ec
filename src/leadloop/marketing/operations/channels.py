"""The tree of channels: no channel is ever part of itself, whoever changes it and however many at once."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.text import fold
from leadloop.leads.models import Channel, Lead
from leadloop.marketing.models import Campaign, Cost
from leadloop.marketing.operations.journalled import CHUNK, write_fact
from leadloop.marketing.permissions import require_manager
from leadloop.marketing.rules import Parents, check_parent, subtree
from leadloop.people.models import User

AT_ONCE = 20_000
"""Leads that a merge moves while the person waits; a job moves the rest."""


@transaction.atomic
def create_channel(*, name: str, actor: User | None, now: datetime, parent: Channel | None = None) -> Channel:
    require_manager(actor)
    _locked_parents()
    name = _checked_name(name)
    _check_in_use(parent)
    return Channel.objects.create(name=name, parent=parent)


@transaction.atomic
def change_channel(
    *, channel: Channel, name: str, parent: Channel | None, actor: User | None, now: datetime
) -> Channel:
    """Another name, another place in the tree. Leads keep the channel, figures show the new name."""
    require_manager(actor)
    parents = _locked_parents()
    channel = _fresh(channel)
    channel.name = _checked_name(name, but=channel)
    check_parent(parents, channel=channel.pk, parent=parent.pk if parent else None)
    if parent is not None and parent.pk != channel.parent_id:
        _check_in_use(parent)
    channel.parent = parent
    channel.save(update_fields=["name", "parent"])
    return channel


@transaction.atomic
def retire_channel(*, channel: Channel, actor: User | None, now: datetime) -> Channel:
    """Offered nowhere any more; what came through it stays."""
    require_manager(actor)
    _locked_parents()
    channel = _fresh(channel)
    if channel.children.filter(retired_at=None).exists():
        raise Conflict(msg("It has parts that are in use. Retire or move them first."))
    channel.retired_at = now
    channel.save(update_fields=["retired_at"])
    return channel


@transaction.atomic
def restore_channel(*, channel: Channel, actor: User | None, now: datetime) -> Channel:
    require_manager(actor)
    _locked_parents()
    channel = Channel.objects.get(pk=channel.pk)
    if channel.merged_into_id is not None:
        raise Conflict(msg("The channel was merged into %(name)s.", name=str(channel.merged_into)))
    _check_in_use(channel.parent)
    channel.retired_at = None
    channel.save(update_fields=["retired_at"])
    return channel


def merge_channels(*, channel: Channel, into: Channel, actor: User | None, now: datetime) -> int:
    """``channel`` becomes ``into``: its parts, campaigns, costs and leads. How many leads are still to move.

    The journal says of each lead that its channel changed. Its name in files means the other from now on.
    """
    _merge(channel=channel, into=into, actor=actor, now=now)
    return move_leads_of_merged(actor=actor, now=now)


@transaction.atomic
def _merge(*, channel: Channel, into: Channel, actor: User | None, now: datetime) -> None:
    require_manager(actor)
    parents = _locked_parents()
    channel, into = _fresh(channel), Channel.objects.get(pk=into.pk)
    if channel == into:
        raise DataError(msg("A channel cannot be merged into itself."), field="into")
    _check_in_use(into, field="into")
    if into.pk in subtree(parents, channel.pk):
        # Its own part takes the place of the whole.
        into.parent_id = channel.parent_id
        into.save(update_fields=["parent"])
    channel.children.exclude(pk=into.pk).update(parent=into)
    Channel.objects.filter(merged_into=channel).update(merged_into=into)
    Campaign.objects.filter(channel=channel).update(channel=into, changed_at=now)
    Cost.objects.filter(channel=channel).update(channel=into)
    channel.parent, channel.merged_into, channel.retired_at = None, into, now
    channel.save(update_fields=["parent", "merged_into", "retired_at"])


def move_leads_of_merged(*, actor: User | None, now: datetime, most: int = AT_ONCE) -> int:
    """Leads of merged channels to where they belong, a chunk a transaction; how many are left after ``most``.

    What was interrupted is simply done again: leads that moved are no longer leads of a merged channel.
    """
    waiting = Lead.objects.filter(channel__merged_into__isnull=False)
    for _ in range(0, most, CHUNK):
        with transaction.atomic():
            first = waiting.order_by("id").values_list("channel_id", "channel__merged_into_id").first()
            if first is None:
                return 0
            channel_id, into = first
            write_fact(
                leads=Lead.objects.filter(channel=channel_id),
                columns={"channel_id": into},
                data={"source": str(into)},
                actor=actor,
                now=now,
            )
    return waiting.count()


def _locked_parents() -> Parents:
    """The tree as it is, kept so until the end of the transaction.

    Two moves that are harmless each can make a cycle together: one waits for the other. On SQLite every
    transaction that writes waits for the one before it.
    """
    rows = Channel.objects.order_by("id")
    if connection.vendor != "sqlite":
        rows = rows.select_for_update(of=("self",))
    return dict(rows.values_list("id", "parent_id"))


def _fresh(channel: Channel) -> Channel:
    found = Channel.objects.filter(pk=channel.pk).first()
    if found is None or found.merged_into_id is not None:
        raise Conflict(msg("Somebody has merged this channel meanwhile."))
    return found


def _checked_name(name: str, *, but: Channel | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise DataError(msg("Name the channel."), field="name")
    if len(name) > 120:
        raise DataError(msg("At most %(most)s characters.", most=120), field="name")
    same = Channel.objects.filter(name__iexact=name)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if taken := same.first():
        raise DataError(msg("There is already a channel “%(name)s”.", name=taken.name), field="name")
    if fold(name) in {"-", "—"}:
        raise DataError(msg("Name the channel."), field="name")
    return name


def _check_in_use(channel: Channel | None, *, field: str = "parent") -> None:
    """As it is now: whoever chose it may have read it before somebody retired it."""
    if channel is None:
        return
    channel.refresh_from_db(fields=["name", "retired_at"])
    if channel.retired_at is not None:
        raise DataError(msg("%(name)s is retired.", name=channel.name), field=field)
