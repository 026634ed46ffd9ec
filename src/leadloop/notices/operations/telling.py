"""Tell people. Rows are written in the caller's transaction; what leaves the house does so afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from leadloop.foundation import privacy
from leadloop.foundation.messages import Message, to_data
from leadloop.notices import kinds, waking
from leadloop.notices.kinds import Channel, Kind
from leadloop.notices.models import Notice, Post, Preference
from leadloop.notices.queries import audience, listening, preferences, wanted, wishes_of
from leadloop.notices.rules import mail_due
from leadloop.notices.sending import mail
from leadloop.notices.wording import one_line
from leadloop.people.kept import steady
from leadloop.people.models import User

BATCH = 1_000
_SUBJECT, _KEY = 200, 150


@dataclass(frozen=True, slots=True)
class News:
    """One thing that some people are told.

    ``message`` says what happened and names no customer; ``subject`` is the name of the record, which stays
    out of chat groups that may not know it; ``link`` is its path. Of one ``key`` a person hears once.
    """

    to: Collection[User]
    kind: str
    message: Message
    link: str
    subject: str = ""
    key: str = ""
    urgent: bool = False


def tell(
    *,
    to: Collection[User],
    kind: str,
    message: Message,
    link: str,
    subject: str = "",
    now: datetime,
    key: str = "",
    urgent: bool = False,
) -> None:
    """Tell each of these people once; see :class:`News`."""
    tell_many([News(to, kind, message, link, subject, key, urgent)], now=now)


def tell_many(news: Iterable[News], *, now: datetime) -> None:
    """The same for many things at once: three questions and one insert for a thousand rows.

    Nobody is told here by a request to the outside: the worker sends.
    """
    found = [one for one in news if one.to]
    if not found:
        return
    for one in found:
        kinds.known(one.kind)
        _check(one)
    # No savepoint of its own: the caller's transaction fails with it in any case.
    with steady(), transaction.atomic(savepoint=False):
        desk = _Desk(found, now)
        Notice.objects.bulk_create(desk.notices, batch_size=BATCH, ignore_conflicts=True)
        Post.objects.bulk_create(desk.posts, batch_size=BATCH, ignore_conflicts=True)
    if desk.posts or any(row.mail_at is not None and row.mail_at <= now for row in desk.notices):
        transaction.on_commit(waking.look_at_deliveries)


def _check(news: News) -> None:
    if news.link and (not news.link.startswith("/") or news.link.startswith("//") or "\\" in news.link):
        raise ValueError(f"a notice links to a path in here, not to {news.link}")
    if len(news.key) > _KEY:
        raise ValueError(f"a key has at most {_KEY} signs: {news.key}")


@dataclass(slots=True)
class _Desk:
    """Makes the rows, with everything that has to be known read once for all of them."""

    news: Sequence[News]
    now: datetime
    notices: list[Notice] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)

    def __post_init__(self) -> None:
        people = {user.pk: user for one in self.news for user in one.to if user.is_active}
        wishes = preferences(people.values())
        for one in self.news:
            kind, data = kinds.known(one.kind), to_data(privacy.scrubbed(one.message))
            for user in {user.pk: user for user in one.to if user.pk in people}.values():
                self._person(one, kind, data, user, wishes[user.pk])
        self._groups(people)

    def _person(self, news: News, kind: Kind, data: dict[str, object], user: User, own: Preference) -> None:
        channels = wanted(own, kind)
        due = None
        if user.email and mail.configured():
            due = mail_due(channels, urgent=news.urgent, wishes=wishes_of(own, user), now=self.now)
        shown = Channel.APP in channels
        if shown or due is not None:
            row = Notice(user=user, urgent=news.urgent, shown=shown, mail_at=due, **self._facts(news, data))
            self.notices.append(row)

    def _groups(self, people: dict[int, User]) -> None:
        endpoints = listening()
        if not endpoints:
            return
        above = audience(people, {one.team_id for one in endpoints if one.team_id is not None})
        for news in self.news:
            data = to_data(privacy.scrubbed(news.message))
            for endpoint in endpoints:
                if news.kind not in endpoint.kinds:
                    continue
                names = [
                    str(user)
                    for user in news.to
                    if user.pk in people and (endpoint.team_id is None or endpoint.team_id in above[user.pk])
                ]
                if names:
                    self.posts.append(Post(endpoint=endpoint, names=names, **self._facts(news, data)))

    def _facts(self, news: News, data: dict[str, object]) -> dict[str, object]:
        return {
            "kind": news.kind,
            "message": data,
            "subject": privacy.masked(one_line(news.subject))[:_SUBJECT],
            "link": news.link,
            "key": news.key,
            "created_at": self.now,
        }
