"""Who sets up the groups that are told, and sees whether they were."""

from __future__ import annotations

from typing import Any

from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may


def runs_groups(user: Any) -> bool:
    return may(user, "settings")


def require_runs_groups(actor: User | None) -> None:
    """``None`` is the program itself."""
    if actor is not None and not runs_groups(actor):
        raise NotAllowed(msg("Sales operations and administrators set up groups."))
