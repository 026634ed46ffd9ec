"""Who may do what, and which leads a person may see. One definition for every surface.

What depends on one lead (is it mine?) is decided in :mod:`leadloop.leads.permissions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from leadloop.analysis.scope import PoolSight, Visibility
from leadloop.people.kept import Kept
from leadloop.people.models import Membership, Role, Team, User

_WITH_LEADS = frozenset({Role.REP, Role.MANAGER, Role.MARKETING, Role.OPS, Role.EXEC})

ACTIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "leads": _WITH_LEADS,
        "analysis": _WITH_LEADS,
        "export": _WITH_LEADS,
        "pool": frozenset({Role.REP, Role.MANAGER, Role.OPS}),
        "register": frozenset({Role.REP, Role.MANAGER, Role.MARKETING, Role.OPS}),
        "work": frozenset({Role.REP, Role.MANAGER, Role.OPS}),
        "assign": frozenset({Role.MANAGER, Role.OPS}),
        "claim": frozenset({Role.REP, Role.MANAGER}),
        "screen": frozenset({Role.REP, Role.MANAGER, Role.MARKETING, Role.OPS}),
        "forms": frozenset({Role.MARKETING, Role.OPS}),
        "import": frozenset({Role.MANAGER, Role.MARKETING, Role.OPS}),
        "manage_channels": frozenset({Role.MARKETING, Role.OPS}),
        "manage_process": frozenset({Role.OPS}),
        "playbook": frozenset({Role.REP, Role.MANAGER, Role.MARKETING, Role.OPS}),
        "write_playbook": frozenset({Role.MANAGER, Role.OPS}),
        "manage_people": frozenset({Role.ADMIN}),
        "settings": frozenset({Role.ADMIN, Role.OPS}),
    }
)
"""The table is the implementation: an action that is not in it is nobody's."""


def roles_of(user: Any) -> frozenset[Role]:
    """The roles of a person; none for a visitor and for somebody who left."""
    return frozenset(Role(membership.role) for membership in _memberships(user))


def may(user: Any, action: str) -> bool:
    return not ACTIONS[action].isdisjoint(roles_of(user))


def visibility_of(user: Any) -> Visibility:
    """The union of what each membership shows.

    ``contacts`` says how contact details of leads seen only through ``everything`` are shown; a lead
    seen as its owner, team or pool always shows them (see ``leads.permissions.contact_of``).
    """
    if not getattr(user, "pk", None):
        return Visibility.nothing()
    if "visibility" not in _cache(user):
        _cache(user)["visibility"] = _visibility(user)
    found: Visibility = _cache(user)["visibility"]
    return found


def forget(user: User) -> None:
    """Drop what was remembered about a person whose memberships changed."""
    user.__dict__.pop("_permissions", None)


PoolSights = Callable[[frozenset[int]], tuple[PoolSight, ...]]


def _one_pool(teams: frozenset[int]) -> tuple[PoolSight, ...]:
    return ()


_pools: PoolSights = _one_pool


def provide_pools(sights: PoolSights) -> None:
    """Who knows the pools says which of them representatives of these teams see. From ``AppConfig.ready``."""
    global _pools
    _pools = sights


def _visibility(user: User) -> Visibility:
    roles = roles_of(user)
    if not roles & _WITH_LEADS:
        return Visibility.nothing()
    own = frozenset({user.pk})
    sells = not roles.isdisjoint({Role.REP, Role.MANAGER})
    rep = Role.REP in roles
    return Visibility(
        everything=not roles.isdisjoint({Role.OPS, Role.EXEC, Role.MARKETING}),
        owner_ids=own if sells else frozenset(),
        team_ids=_managed_teams(user),
        customers_of=own if rep else frozenset(),
        pool=rep,
        pools=_pools(_teams_sold_in(user)) if rep else (),
        contacts=_contacts(roles),
    )


def _contacts(roles: frozenset[Role]) -> Any:
    if Role.OPS in roles:
        return "full"
    if Role.MARKETING in roles:
        return "before_handoff"
    return "masked" if Role.EXEC in roles else "full"


def _teams_sold_in(user: User) -> frozenset[int]:
    return frozenset(m.team_id for m in _memberships(user) if m.role == Role.REP and m.team_id is not None)


def _managed_teams(user: User) -> frozenset[int]:
    roots = {m.team_id for m in _memberships(user) if m.role == Role.MANAGER and m.team_id is not None}
    return team_tree(roots) if roots else frozenset()


def team_tree(roots: set[int]) -> frozenset[int]:
    """The teams and everything below them. The whole tree is kept: there are dozens, not thousands."""
    children = _children()
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        team_id = waiting.pop()
        if team_id not in found:
            found.add(team_id)
            waiting += children.get(team_id, [])
    return frozenset(found)


def _read_children() -> Mapping[int, Sequence[int]]:
    children: dict[int, list[int]] = {}
    for team_id, parent_id in Team.objects.order_by().values_list("id", "parent_id"):
        children.setdefault(parent_id, []).append(team_id)
    return children


_children = Kept(_read_children)


def _memberships(user: Any) -> Sequence[Membership]:
    if not getattr(user, "pk", None) or not user.is_active:
        return []
    if "memberships" not in _cache(user):
        _cache(user)["memberships"] = _read_memberships(user)
    found: Sequence[Membership] = _cache(user)["memberships"]
    return found


def _read_memberships(user: Any) -> Sequence[Membership]:
    if "memberships" in getattr(user, "_prefetched_objects_cache", ()):
        return list(user.memberships.all())
    return memberships().get(user.pk, ())


def _all_memberships() -> Mapping[int, Sequence[Membership]]:
    found: dict[int, list[Membership]] = {}
    for one in Membership.objects.select_related("team").order_by("pk"):
        found.setdefault(one.user_id, []).append(one)
    return found


memberships = Kept(_all_memberships)
"""Of everybody, by person."""


def _cache(user: Any) -> dict[str, Any]:
    # On the object itself: a request has its own, so it lives exactly as long as the request.
    cache: dict[str, Any] = user.__dict__.setdefault("_permissions", {})
    return cache
