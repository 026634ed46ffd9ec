"""Who reads the playbook and who writes it."""

from __future__ import annotations

from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may

READ, WRITE = "playbook", "write_playbook"


def writes(user: User) -> bool:
    return may(user, WRITE)


def require_reading(user: User) -> None:
    if not may(user, READ):
        raise NotFound(msg("There is no such page."))


def require_writing(user: User | None) -> None:
    """``None`` is the program itself: what comes with the application."""
    if user is not None and not writes(user):
        raise NotAllowed(msg("Only managers and sales operations write the playbook."))
