"""Who may import, and whose imports a person sees."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from django.db.models import QuerySet

from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.imports.models import Import
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of
from leadloop.people.queries import assignable, teams_for


def require(actor: User | None) -> None:
    """``None`` is the program itself: the command line."""
    if actor is not None and not may(actor, "import"):
        raise NotAllowed(msg("Your role does not import files."))


def visible(user: User) -> QuerySet[Import]:
    """One's own; operations sees everybody's. An administrator does not: the files name people."""
    everybodys = may(user, "settings") and may(user, "import")
    return Import.objects.all() if everybodys else Import.objects.filter(actor=user)


def get(user: User, pk: int) -> Import:
    found = visible(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(msg("There is no such import."))
    return found


@dataclass(frozen=True, slots=True)
class Reach:
    """What an import by this person may bring along and to whom it may give leads."""

    people: bool
    """New people and teams."""
    words: bool
    """New channels and loss reasons."""
    owners: AbstractSet[int] | None
    """The people who may get a lead; None: anybody."""
    teams: AbstractSet[int] | None
    """The teams that may get a lead; None: any."""


def reach_of(actor: User | None) -> Reach:
    if actor is None or may(actor, "settings"):
        return Reach(people=True, words=True, owners=None, teams=None)
    if Role.MARKETING in roles_of(actor):
        return Reach(people=False, words=True, owners=None, teams=None)
    teams = frozenset(teams_for(actor).values_list("pk", flat=True))
    own = frozenset(assignable(actor).values_list("pk", flat=True)) | {actor.pk}
    return Reach(people=False, words=True, owners=own, teams=teams)
