"""Who may change the rules, hand over, decide a conflict. What one lead allows stands with the leads."""

from __future__ import annotations

from django.db.models import QuerySet

from leadloop.assignment.models import ConflictCase
from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of, visibility_of
from leadloop.people.queries import assignable


def cases_of(user: User) -> QuerySet[ConflictCase]:
    """The cases that exist for this person: of the own teams on either side; operations see all."""
    roles = roles_of(user)
    if Role.OPS in roles:
        return ConflictCase.objects.all()
    if Role.MANAGER not in roles:
        return ConflictCase.objects.none()
    return ConflictCase.objects.filter(teams__in=visibility_of(user).team_ids).distinct()


def require_decides(user: User, case: ConflictCase) -> None:
    if not cases_of(user).filter(pk=case.pk).exists():
        raise NotFound(msg("There is no such case."))


def require_rules(user: User | None) -> None:
    """``None`` is the program itself."""
    if user is not None and not may(user, "manage_process"):
        raise NotAllowed(msg("Only sales operations change processes and their rules."))


def people_of(user: User) -> QuerySet[User]:
    """Whose absences, caps and hand-over this person arranges."""
    if not may(user, "assign"):
        return User.objects.none()
    if Role.OPS in roles_of(user):
        return User.objects.filter(memberships__role__in=[Role.REP, Role.MANAGER]).distinct()
    return User.objects.filter(memberships__team__in=visibility_of(user).team_ids).distinct()


def require_arranges(user: User | None, person: User) -> None:
    """The person themselves may say when they are away; the rest is for managers and operations."""
    if user is not None and not people_of(user).filter(pk=person.pk).exists():
        raise NotAllowed(msg("Only the manager of the team and sales operations may do that."))


def require_receives(user: User | None, receiver: User) -> None:
    if user is not None and not assignable(user).filter(pk=receiver.pk).exists():
        raise NotAllowed(msg("You assign leads to people of your own teams only."), field="to")
