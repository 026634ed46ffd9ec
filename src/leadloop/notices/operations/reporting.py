"""Say that something could not be delivered, to those who can mend it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from leadloop.foundation.messages import Message, msg
from leadloop.notices.models import Delivery
from leadloop.notices.operations.telling import tell
from leadloop.notices.queries import way_of
from leadloop.people.models import User
from leadloop.people.permissions import ACTIONS

UNDELIVERED = "undelivered"


def report_trouble(*, delivery: Delivery, now: datetime) -> None:
    """Once a day for each way out, however many messages it concerns."""
    if delivery.kinds == [UNDELIVERED]:
        # Its own failure is no news: the list shows it all the same.
        return
    roles = ACTIONS["settings"]
    people = list(User.objects.filter(is_active=True, memberships__role__in=roles).distinct())
    day = timezone.localdate(now).isoformat()
    tell(
        to=people,
        kind=UNDELIVERED,
        message=_words(delivery),
        link=f"{reverse('notices:deliveries')}?state=given_up",
        subject=delivery.endpoint.name if delivery.endpoint else "",
        now=now,
        key=f"undelivered:{way_of(delivery.endpoint_id)}:{day}",
    )


def _words(delivery: Delivery) -> Message:
    if delivery.endpoint is not None:
        return msg("A chat group could not be told, and no further attempt is made.")
    return msg("An e-mail could not be delivered, and no further attempt is made.")
