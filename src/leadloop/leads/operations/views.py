"""Questions to the lead list under a name: kept, shared, opened first, thrown away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.foundation.errors import Conflict, DataError, NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.leads.models import DefaultView, SavedView, Sharing
from leadloop.people.models import Role, Team, User
from leadloop.people.permissions import roles_of
from leadloop.people.queries import teams_for

MOST = 100
LONGEST = 60


@transaction.atomic
def save_view(
    *,
    name: str,
    address: str,
    sharing: str,
    actor: User,
    now: datetime,
    team: Team | None = None,
    view: SavedView | None = None,
    default: bool = False,
) -> SavedView:
    """A new view, or with ``view`` a change of one's own."""
    name = " ".join(name.split())
    _check(name, sharing, team, actor)
    if view is not None and view.owner_id != actor.pk:
        raise NotAllowed(msg("Only %(owner)s may change this view.", owner=str(view.owner)))
    mine = SavedView.objects.filter(owner=actor)
    others = mine.exclude(pk=view.pk) if view else mine
    if others.filter(name=name).exists():
        raise Conflict(msg("You have a view with this name already."), field="name")
    if view is None and mine.count() >= MOST:
        raise DataError(msg("At most %(most)s views. Delete some first.", most=MOST))
    view = view or SavedView(owner=actor)
    view.name, view.address, view.sharing, view.changed_at = name, address, sharing, now
    view.team = team if sharing == Sharing.TEAM else None
    view.save()
    if default:
        open_first(view=view, actor=actor)
    return view


@transaction.atomic
def delete_view(*, view: SavedView, actor: User) -> None:
    """Gone for everybody it was shared with, too."""
    if view.owner_id != actor.pk and Role.OPS not in roles_of(actor):
        raise NotFound(msg("There is no such view."))
    view.delete()


@transaction.atomic
def open_first(*, view: SavedView | None, actor: User) -> None:
    """The list opens with this view from now on; None: with all leads."""
    if view is None:
        DefaultView.objects.filter(user=actor).delete()
    else:
        DefaultView.objects.update_or_create(user=actor, defaults={"view": view})


def _check(name: str, sharing: str, team: Team | None, actor: User) -> None:
    if not name:
        raise DataError(msg("Give the view a name."), field="name")
    if len(name) > LONGEST:
        raise DataError(msg("At most %(most)s characters.", most=LONGEST), field="name")
    if sharing not in Sharing.values:
        raise DataError(msg("Choose who sees the view."), field="sharing")
    if sharing == Sharing.TEAM and (team is None or not teams_for(actor).filter(pk=team.pk).exists()):
        raise DataError(msg("Choose one of your teams."), field="team")
