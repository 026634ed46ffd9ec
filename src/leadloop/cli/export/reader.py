"""On whose behalf a command reads."""

from __future__ import annotations

from dataclasses import dataclass

from leadloop.analysis.scope import Visibility
from leadloop.foundation.errors import NotAllowed, UsageError
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of


@dataclass(frozen=True, slots=True)
class Reader:
    """``user`` None is whoever runs this computer: sees everything, as operations does."""

    user: User | None
    visibility: Visibility

    def must(self, action: str) -> None:
        if self.user is not None and not may(self.user, action):
            raise NotAllowed(msg("%(user)s may not export this.", user=str(self.user)))


def user_named(username: str) -> User:
    found = User.objects.filter(username__iexact=username, is_active=True).first()
    if found is None:
        raise UsageError(msg("There is no user “%(name)s”.", name=username), field="as")
    return found


def reader_named(username: str | None) -> Reader:
    if username is None:
        return Reader(None, Visibility.all())
    user = user_named(username)
    reader = Reader(user, visibility_of(user))
    reader.must("export")
    return reader
