"""How a person wishes to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.notices import kinds
from leadloop.notices.kinds import Channel
from leadloop.notices.models import Notice, Pace, Preference
from leadloop.notices.queries import wanted, wishes_of
from leadloop.notices.rules import mail_due
from leadloop.people.models import User
from leadloop.people.permissions import roles_of


@dataclass(frozen=True, slots=True)
class Wish:
    """``channels``: for each kind those of :class:`Channel`; kinds left out stay as they are."""

    channels: Mapping[str, Collection[str]]
    pace: str
    daily_at: time
    quiet_from: time | None
    quiet_until: time | None
    urgent_through: bool


@transaction.atomic
def choose(*, actor: User, wish: Wish, now: datetime) -> Preference:
    """Holds from now on, also for what waits to be mailed."""
    if (wish.quiet_from is None) != (wish.quiet_until is None):
        raise DataError(msg("Say from when until when, or leave both empty."), field="quiet_until")
    if wish.pace not in Pace.values:
        raise DataError(msg("Choose how often e-mails are collected."), field="pace")
    own, _made = Preference.objects.get_or_create(user=actor)
    own.choices = {**own.choices, **_changed(actor, wish.channels)}
    own.pace, own.daily_at = wish.pace, wish.daily_at
    own.quiet_from, own.quiet_until = wish.quiet_from, wish.quiet_until
    own.urgent_through = wish.urgent_through
    own.save()
    _reschedule(actor, own, now)
    return own


def _changed(user: User, channels: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    offered = {kind.key for kind in kinds.for_roles(roles_of(user))}
    ways = set(Channel)
    if not set(channels) <= offered or any(not set(own) <= ways for own in channels.values()):
        raise DataError(msg("This is nothing that can be chosen."))
    return {key: sorted(own) for key, own in channels.items()}


def _reschedule(user: User, own: Preference, now: datetime) -> None:
    wishes = wishes_of(own, user)
    waiting = list(Notice.objects.filter(user=user, mail=None, mail_at__isnull=False))
    for row in waiting:
        channels = wanted(own, kinds.kind_of(row.kind))
        row.mail_at = mail_due(channels, urgent=row.urgent, wishes=wishes, now=now)
    Notice.objects.bulk_update(waiting, ["mail_at"], batch_size=500)
