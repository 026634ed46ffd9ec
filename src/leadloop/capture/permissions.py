"""Who builds forms, and who answers when a colleague asks to share."""

from __future__ import annotations

from django.db.models import Q

from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of, visibility_of


def require_builder(actor: User | None) -> None:
    """``None`` is the program itself."""
    if actor is not None and not may(actor, "forms"):
        raise NotAllowed(msg("Marketing and sales operations build forms."))


def may_set_retention(user: User) -> bool:
    return may(user, "forms") and may(user, "manage_process")


def require_retention(actor: User | None) -> None:
    if actor is not None and not may_set_retention(actor):
        raise NotAllowed(msg("Only sales operations say how long submissions are kept."))


def answers_for(user: User, lead: Lead) -> bool:
    """Whether this person may show the lead to others: its owner, or whoever may assign it."""
    if lead.owner_id == user.pk and may(user, "work"):
        return True
    roles = roles_of(user)
    return Role.OPS in roles or (Role.MANAGER in roles and lead.team_id in visibility_of(user).team_ids)


def to_answer(user: User) -> Q:
    """The same as a condition on requests."""
    roles = roles_of(user)
    if Role.OPS in roles:
        return Q()
    condition = Q(lead__owner=user) if may(user, "work") else Q(pk__in=[])
    if Role.MANAGER in roles:
        condition |= Q(lead__team__in=visibility_of(user).team_ids)
    return condition
