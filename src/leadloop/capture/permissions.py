"""Who builds forms, and who answers when a colleague asks to share."""

from __future__ import annotations

from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.people.models import User
from leadloop.people.permissions import may


def require_builder(actor: User | None) -> None:
    """``None`` is the program itself."""
    if actor is not None and not may(actor, "forms"):
        raise NotAllowed(msg("Marketing and sales operations build forms."))
