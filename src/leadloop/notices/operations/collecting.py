"""Put what is due into deliveries: everything for one person or one group into one message."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from leadloop.notices.models import Delivery, Endpoint, Notice, Post
from leadloop.notices.queries import resting, way_of

MOST_PEOPLE = 200
BETWEEN_POSTS = timedelta(seconds=5)
"""Chat services take some twenty messages a minute from a robot."""


def collect(*, now: datetime) -> int:
    """How many deliveries were made. On a way that is closed at present things go on gathering."""
    rests = resting(now)
    made = 0
    if way_of(None) not in rests:
        made += sum(_for_person(user, now) for user in _people(now))
    waiting = Post.objects.filter(delivery=None, endpoint__removed_at=None).order_by()
    for endpoint in Endpoint.objects.filter(pk__in=waiting.values("endpoint").distinct()):
        if way_of(endpoint.pk) not in rests:
            made += _for_group(endpoint, now)
    return made


def _people(now: datetime) -> list[int]:
    due = Notice.objects.filter(mail=None, mail_at__isnull=False, mail_at__lte=now).order_by()
    return list(due.values_list("user", flat=True).distinct()[:MOST_PEOPLE])


@transaction.atomic
def _for_person(user_id: int, now: datetime) -> bool:
    due = Notice.objects.filter(user=user_id, mail=None, mail_at__isnull=False, mail_at__lte=now).order_by()
    # Read before its collected e-mail: nobody needs to be told again.
    due.filter(read_at__isnull=False, mail_at__gt=F("created_at")).update(mail_at=None)
    delivery = Delivery.objects.create(user_id=user_id, created_at=now, due_at=now)
    # Each row goes into the first delivery that gets it: of two runs at once the second finds none.
    count = due.update(mail=delivery)
    return _filled(delivery, Notice.objects.filter(mail=delivery), count)


@transaction.atomic
def _for_group(endpoint: Endpoint, now: datetime) -> bool:
    rested = Endpoint.objects.filter(pk=endpoint.pk, removed_at=None)
    rested = rested.exclude(tried_at__gt=now - BETWEEN_POSTS)
    if not rested.update(tried_at=now):
        return False
    delivery = Delivery.objects.create(endpoint=endpoint, created_at=now, due_at=now)
    count = Post.objects.filter(endpoint=endpoint, delivery=None).update(delivery=delivery)
    return _filled(delivery, Post.objects.filter(delivery=delivery), count)


def _filled(delivery: Delivery, rows: object, count: int) -> bool:
    if not count:
        delivery.delete()
        return False
    kinds = rows.order_by().values_list("kind", flat=True).distinct()  # type: ignore[attr-defined]
    delivery.count, delivery.kinds = count, sorted(kinds)
    delivery.save(update_fields=["count", "kinds"])
    return True
