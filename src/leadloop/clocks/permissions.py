"""Who may set working calendars."""

from __future__ import annotations

from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may


def require_calendars(user: User | None) -> None:
    """``None`` is the program itself: set-up, demo."""
    if user is not None and not may(user, "manage_process"):
        raise NotAllowed(msg("Only sales operations set working calendars."))
