"""Which saved views somebody may open."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.models import DefaultView, SavedView, Sharing
from leadloop.people.models import Team, User


def views_for(user: User) -> QuerySet[SavedView]:
    """One's own, those for everybody, and those for a team that one belongs to or that is above it."""
    shared = Q(sharing=Sharing.EVERYBODY) | Q(sharing=Sharing.TEAM, team__in=_teams_above(user))
    return SavedView.objects.filter(Q(owner=user) | shared).select_related("owner", "team")


def view_for(user: User, pk: int) -> SavedView:
    found = views_for(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such view."))
    return found


def default_view(user: User) -> SavedView | None:
    """With what the list opens; none when the view is no longer shared."""
    chosen = DefaultView.objects.filter(user=user).values_list("view", flat=True).first()
    return None if chosen is None else views_for(user).filter(pk=chosen).first()


def _teams_above(user: User) -> set[int]:
    parents = dict(Team.objects.order_by().values_list("pk", "parent_id"))
    found: set[int] = set()
    waiting: list[int | None] = list(user.memberships.values_list("team_id", flat=True))
    while waiting:
        team = waiting.pop()
        if team is not None and team not in found:
            found.add(team)
            waiting.append(parents.get(team))
    return found
