"""Who may judge grades and change the rules."""

from __future__ import annotations

from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.grading.standing import MANAGER, REP
from leadloop.leads.models import SHOWN, Lead
from leadloop.leads.permissions import can_see
from leadloop.people import permissions as people
from leadloop.people.models import Role, User


def reviews(user: User) -> bool:
    """Whether somebody reviews grades at all."""
    return not people.roles_of(user).isdisjoint({Role.MANAGER, Role.OPS})


def may_review(user: User, lead: Lead) -> bool:
    """Sales operations everywhere, a manager in the own teams."""
    roles = people.roles_of(user)
    return Role.OPS in roles or (
        Role.MANAGER in roles and lead.team_id in people.visibility_of(user).team_ids
    )


def require_review(user: User | None, lead: Lead) -> None:
    """``None`` is the program itself."""
    if user is None:
        return
    if lead.state not in SHOWN or not can_see(lead, people.visibility_of(user)):
        raise NotFound(msg("There is no such lead."))
    if not may_review(user, lead):
        raise NotAllowed(msg("Only the manager of the team and sales operations review grades."))


def voice_of(user: User, lead: Lead) -> str:
    """As whom somebody speaks about the grade of this lead."""
    return MANAGER if may_review(user, lead) else REP
