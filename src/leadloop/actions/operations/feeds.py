"""The secret address of somebody's calendar: made, made anew, revoked, used."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from leadloop.actions.models import Feed
from leadloop.people.models import User

LONGEST = 60
_SEEN_EVERY = timedelta(hours=1)
"""How exact "last fetched" is; programs ask every few minutes, all day."""


@transaction.atomic
def make_feed(*, actor: User, now: datetime) -> str:
    """A new address for one's own calendar; the one before is dead at once. Nobody can read it again."""
    token = secrets.token_urlsafe(32)
    Feed.objects.update_or_create(
        user=actor,
        defaults={"digest": digest_of(token), "created_at": now, "last_used_at": None},
    )
    return token


@transaction.atomic
def revoke_feed(*, actor: User) -> None:
    """Once more changes nothing."""
    Feed.objects.filter(user=actor).delete()


def use_feed(token: str, *, now: datetime) -> User | None:
    """Whose calendar this address is; None: nobody's, or of somebody who has left."""
    if not token or len(token) > LONGEST or not token.isascii():
        return None
    feed = Feed.objects.select_related("user").filter(digest=digest_of(token), user__is_active=True).first()
    if feed is None:
        return None
    if feed.last_used_at is None or now - feed.last_used_at > _SEEN_EVERY:
        Feed.objects.filter(pk=feed.pk).update(last_used_at=now)
    return feed.user


def digest_of(token: str) -> str:
    # 32 random bytes need no slow hash: nobody can try them all.
    return hashlib.sha256(token.encode()).hexdigest()
