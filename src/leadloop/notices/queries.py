"""Reads about notices, wishes and deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q, QuerySet
from django.utils import timezone

from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.models import Circuit, Delivery, DeliveryState, Endpoint, Notice, Pace, Preference
from leadloop.notices.permissions import runs_groups
from leadloop.notices.rules import Wishes
from leadloop.people import kept
from leadloop.people.kept import Kept
from leadloop.people.models import Membership, Team, User

MOST_COUNTED = 100
"""The bell shows 99+: nobody counts further, and the database need not either."""


def unread_count(user_id: int) -> int:
    unread = Notice.objects.filter(user=user_id, read_at=None, shown=True).order_by()
    return len(unread.values_list("user_id")[:MOST_COUNTED])


def notices_of(user: User) -> QuerySet[Notice]:
    """The newest first."""
    return Notice.objects.filter(user=user, shown=True).order_by("-id")


def get(user: User, pk: int) -> Notice:
    """One's own; those of others do not exist. One that was only mailed can be opened, too."""
    found = Notice.objects.filter(user=user, pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such notice."))
    return found


def preferences(users: Iterable[User]) -> dict[int, Preference]:
    """What each of them wishes; the usual where somebody has said nothing."""
    ids = [user.pk for user in users]
    found = _said()
    return {pk: kept.own(found[pk]) if pk in found else Preference(user_id=pk) for pk in ids}


_said = Kept(lambda: {row.user_id: row for row in Preference.objects.all()})

listening = Kept(lambda: tuple(Endpoint.objects.filter(removed_at=None)))
"""Chat groups that are told something."""


def wanted(wish: Preference, kind: Kind) -> Collection[str]:
    """By which channels a person wants to hear of this kind."""
    chosen: Mapping[str, list[str]] = wish.choices
    return chosen.get(kind.key, [str(channel) for channel in kind.channels])


def mail_of(channels: Collection[str]) -> str:
    """At once, collected, or (empty) not at all."""
    return next((str(way) for way in (Channel.MAIL, Channel.DIGEST) if way in channels), "")


def wishes_of(own: Preference, user: User) -> Wishes:
    return Wishes(
        zone=zone_of(user),
        hourly=own.pace == Pace.HOURLY,
        daily_at=own.daily_at,
        quiet_from=own.quiet_from,
        quiet_until=own.quiet_until,
        urgent_through=own.urgent_through,
    )


def zone_of(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(timezone.get_default_timezone_name())


def audience(people: Collection[int], teams: Collection[int]) -> dict[int, frozenset[int]]:
    """Which of ``teams`` each person belongs to, directly or through a team below it."""
    if not teams:
        return dict.fromkeys(people, frozenset())
    parents = dict(Team.objects.order_by().values_list("id", "parent_id"))
    found: dict[int, set[int]] = {pk: set() for pk in people}
    rows = Membership.objects.filter(user__in=list(people), team__isnull=False)
    for user_id, team_id in rows.values_list("user_id", "team_id"):
        above: int | None = team_id
        while above is not None and above not in found[user_id]:
            found[user_id].add(above)
            above = parents.get(above)
    return {pk: frozenset(own.intersection(teams)) for pk, own in found.items()}


def endpoints() -> QuerySet[Endpoint]:
    return Endpoint.objects.filter(removed_at=None).select_related("team")


def groups_hearing(user: User) -> dict[str, list[str]]:
    """Kind -> the chat groups that hear of it when this person is told."""
    present = list(endpoints())
    above = audience([user.pk], {one.team_id for one in present if one.team_id is not None})
    found: dict[str, list[str]] = {}
    for one in present:
        if one.team_id is None or one.team_id in above[user.pk]:
            for kind in one.kinds:
                found.setdefault(kind, []).append(one.name)
    return found


def endpoint(user: User, pk: int) -> Endpoint:
    found = endpoints().filter(pk=pk).first() if runs_groups(user) else None
    if found is None:
        raise NotFound(msg("There is no such group."))
    return found


def deliveries_for(user: User) -> QuerySet[Delivery]:
    """One's own e-mails; whoever runs the groups sees everything that left the house."""
    rows = Delivery.objects.select_related("user", "endpoint").order_by("-id")
    return rows if runs_groups(user) else rows.filter(user=user)


def delivery(user: User, pk: int) -> Delivery:
    found = deliveries_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such delivery."))
    return found


def troubled(user: User, now: datetime) -> int:
    """Deliveries of a week that did not surely arrive."""
    states = Q(state__in=[DeliveryState.UNKNOWN, DeliveryState.GIVEN_UP])
    week = Q(created_at__gte=now - timedelta(days=7))
    return deliveries_for(user).filter(states & week).order_by().count()


def resting(now: datetime) -> dict[str, datetime]:
    """The ways out that are left alone at present, and until when."""
    rows = Circuit.objects.filter(open_until__gt=now).values_list("key", "open_until")
    return {key: until for key, until in rows if until is not None}


MAIL = "mail"


def way_of(endpoint_id: int | None) -> str:
    """The name of a way out: the mail server, or one group's address."""
    return MAIL if endpoint_id is None else f"group:{endpoint_id}"
