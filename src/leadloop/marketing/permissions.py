"""Who may change channels, campaigns and costs, and who may know what was spent."""

from __future__ import annotations

from typing import Any

from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of


def may_manage(user: Any) -> bool:
    return may(user, "manage_channels")


def require_manager(actor: User | None) -> None:
    """``None`` is the program itself."""
    if actor is not None and not may_manage(actor):
        raise NotAllowed(msg("Only marketing and sales operations change channels, campaigns and costs."))


def sees_costs(user: Any) -> bool:
    """A cost is of all leads of a channel. Beside only some of them it would say something wrong."""
    return visibility_of(user).everything
