"""Telling many people at once, and what the bell asks of the database on every page."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.utils import timezone

from leadloop.cli.bench.figures import seconds
from leadloop.foundation.clock import now
from leadloop.foundation.messages import Message
from leadloop.notices import kinds, waking
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.models import Notice
from leadloop.notices.operations import News, tell_many
from leadloop.notices.queries import unread_count
from leadloop.people.models import User

_KIND = Kind("bench", Message("Measured"), kinds.DATA, channels=(Channel.APP, Channel.DIGEST))
READ = 0.95


class _Undo(Exception):
    """Ends a transaction without keeping it."""


def tell_people(*, notices: int, kept: int, rounds: int) -> dict[str, Any]:
    """Seconds to write so many, against bare rows; and of the bell where so many are kept already."""
    kinds.offer(_KIND)
    waking.provide(lambda: None)
    people = list(User.objects.filter(is_active=True))
    news = [
        News([people[number % len(people)]], _KIND.key, Message("Due"), "/leads/", key=str(number))
        for number in range(notices)
    ]
    tell = [_undone(lambda: tell_many(news, now=now())) for _ in range(rounds)]
    tell_many(news, now=now())
    rows = list(Notice.objects.all())
    Notice.objects.all().delete()
    for row in rows:
        row.pk = None
    bare = [_undone(lambda: Notice.objects.bulk_create(rows, batch_size=1_000)) for _ in range(rounds)]
    _keep(people, kept)
    bell = [seconds(lambda: unread_count(people[0].pk)) for _ in range(200)]
    return {"tell": tell, "bare": bare, "bell": bell, "kept": Notice.objects.count()}


def _undone(write: Any) -> float:
    taken = 0.0
    try:
        with transaction.atomic():
            started = time.perf_counter()
            write()
            taken = time.perf_counter() - started
            raise _Undo
    except _Undo:
        return taken


def _keep(people: list[User], count: int) -> None:
    """Most are read, as in a year of work; the first person has a tenth of all of them."""
    moment = timezone.now()
    rows = (
        Notice(
            user=people[0] if number % 10 == 0 else people[number % len(people)],
            kind=_KIND.key,
            message={"text": "Due", "params": {}},
            link="/leads/",
            created_at=moment,
            read_at=moment if number % 100 < READ * 100 else None,
        )
        for number in range(count)
    )
    Notice.objects.bulk_create(rows, batch_size=1_000)
