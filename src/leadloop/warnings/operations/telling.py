"""Tell owners of new warnings: one by one while they are few, else one notice for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.urls import reverse

from leadloop.foundation import stopping
from leadloop.foundation.messages import msg
from leadloop.leads.models import State
from leadloop.notices import kinds
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.operations import News, tell_many
from leadloop.people.models import Role
from leadloop.warnings.models import Alert
from leadloop.warnings.wording import in_words

ONE_BY_ONE = 3
CHUNK = 5_000
WARNING = "warning"
KIND = Kind(
    WARNING,
    msg("A warning about a lead"),
    kinds.LEADS,
    channels=(Channel.APP, Channel.DIGEST),
    for_roles=(Role.REP, Role.MANAGER, Role.OPS),
    icon="alert-triangle",
)


def tell_untold(*, now: datetime) -> int:
    """How many notices. The notices and that they were told are one transaction."""
    told = 0
    while not stopping.asked() and (made := _tell(now)) is not None:
        told += made
    return told


@transaction.atomic
def _tell(now: datetime) -> int | None:
    rows = Alert.objects.filter(told=False, ended_at=None).order_by("pk")
    rows = rows.select_related("lead__customer", "lead__owner")
    if connection.vendor == "postgresql":
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    untold = list(rows[:CHUNK])
    if not untold:
        return None
    by_owner: dict[int, list[Alert]] = defaultdict(list)
    for alert in untold:
        if alert.lead.state == State.OPEN and alert.lead.owner_id is not None:
            by_owner[alert.lead.owner_id].append(alert)
    news = [one for found in by_owner.values() for one in _news(found, now)]
    tell_many(news, now=now)
    Alert.objects.filter(pk__in=[alert.pk for alert in untold]).update(told=True)
    return len(news)


def _news(found: Sequence[Alert], now: datetime) -> list[News]:
    owner = found[0].lead.owner
    assert owner is not None
    if len(found) > ONE_BY_ONE:
        message = msg("%(count)s new warnings about your leads", count=len(found))
        key = f"warnings:{found[0].pk}-{found[-1].pk}"
        return [News([owner], WARNING, message, reverse("warnings:list"), key=key)]
    return [
        News(
            to=[owner],
            kind=WARNING,
            message=in_words(alert, now),
            link=reverse("leads:detail", args=[alert.lead.number]),
            subject=alert.lead.customer.name,
            key=f"warning:{alert.pk}",
        )
        for alert in found
    ]
