"""Tell those who judge grades that some wait for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from leadloop.foundation.messages import msg
from leadloop.grading.reviewing import waiting
from leadloop.notices import kinds
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.operations import News, tell_many
from leadloop.people.models import Role, User

_REVIEWERS = (Role.MANAGER, Role.OPS)
WAITING = Kind(
    "grades_waiting",
    msg("Grades wait for your review"),
    kinds.TEAM,
    channels=(Channel.APP, Channel.DIGEST),
    for_roles=_REVIEWERS,
    icon="award",
)


def tell_reviewers(*, now: datetime) -> int:
    """Once a day, and only who has something new since yesterday; how many were told."""
    since = now - timedelta(days=1)
    new = Q(grading__graded_at__gte=since) | Q(grading__rep_at__gte=since)
    people = User.objects.filter(is_active=True, memberships__role__in=_REVIEWERS).distinct()
    counts = {user: waiting(user).filter(new).count() for user in people}
    news = [_news(user, count, now) for user, count in counts.items() if count]
    tell_many(news, now=now)
    return len(news)


def _news(user: User, count: int, now: datetime) -> News:
    return News(
        to=[user],
        kind=WAITING.key,
        message=msg("Since yesterday %(count)s leads came to your review.", count=count),
        link=reverse("grading:review"),
        key=f"grades:{timezone.localdate(now).isoformat()}",
    )
