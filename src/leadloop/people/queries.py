"""Reads about people and teams."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from leadloop.people.kept import own
from leadloop.people.models import Role, Team, User
from leadloop.people.permissions import memberships, roles_of, visibility_of


def sellers() -> QuerySet[User]:
    """Who can be given a lead."""
    return User.objects.filter(is_active=True, memberships__role__in=[Role.REP, Role.MANAGER]).distinct()


def assignable(user: User) -> QuerySet[User]:
    """Whom this person may give a lead to: operations anybody, a manager the own teams."""
    if Role.OPS in roles_of(user):
        return sellers()
    teams = visibility_of(user).team_ids
    return sellers().filter(memberships__team__in=teams)


def teams_for(user: User | AnonymousUser) -> QuerySet[Team]:
    """The teams a person may filter by: everything where everything is visible, else the own ones."""
    seen = visibility_of(user)
    if seen.everything:
        return Team.objects.all()
    return Team.objects.filter(Q(id__in=seen.team_ids) | Q(memberships__user=user)).distinct()


def owners_for(user: User | AnonymousUser) -> QuerySet[User]:
    """The owners a person may filter by. People who left stay: their leads do."""
    seen = visibility_of(user)
    # EXISTS stops at the first lead of each person; a join would read all of them.
    leads = User._meta.get_field("leads").related_model._base_manager.filter(owner=OuterRef("pk"))
    if seen.everything:
        return User.objects.filter(Exists(leads))
    in_teams = Exists(leads.filter(team__in=seen.team_ids))
    return User.objects.filter(Q(id__in=seen.owner_ids) & Exists(leads) | in_teams)


def team_of(user: User) -> Team | None:
    """Where a new lead of this person belongs: the team in which they sell, else manage."""
    own_ones = memberships().get(user.pk, ())
    # The oldest of a kind stays.
    by_role = {membership.role: membership.team for membership in reversed(own_ones)}
    found = by_role.get(Role.REP) or by_role.get(Role.MANAGER)
    return None if found is None else own(found)


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    return {user.pk: str(user) for user in User.objects.filter(id__in=set(user_ids))}


def team_names(team_ids: Iterable[int]) -> dict[int, str]:
    return dict(Team.objects.filter(id__in=set(team_ids)).values_list("id", "name"))
