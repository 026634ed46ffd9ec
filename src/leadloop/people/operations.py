"""Writes about people and teams. Nobody is deleted: their leads and journal rows stay theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.people.models import Membership, Role, Team, User
from leadloop.people.permissions import forget, may, team_tree


@dataclass(frozen=True, slots=True)
class Place:
    """A role, for reps and managers with its team."""

    role: Role
    team: Team | None = None


@transaction.atomic
def create_user(
    *,
    username: str,
    display_name: str,
    actor: User | None,
    now: datetime,
    password: str | None = None,
    email: str = "",
    language: str = "",
    places: Iterable[Place] = (),
    any_password: bool = False,
) -> User:
    """A person who can sign in. Without a password, not before :func:`set_password`.

    ``any_password`` is for the demo company, which is served to this machine only.
    """
    _require_admin(actor)
    _check_username(username)
    user = User(
        username=username,
        display_name=display_name.strip() or username,
        email=email,
        language=language,
        date_joined=now,
    )
    if password is None:
        user.set_unusable_password()
    else:
        if not any_password:
            _check_password(password, user)
        user.set_password(password)
    user.save()
    _replace_memberships(user, places)
    return user


@transaction.atomic
def set_password(*, user: User, password: str, actor: User | None, now: datetime) -> None:
    """By the person or by an administrator. Ends every session of that person."""
    if actor is not None and actor.pk != user.pk:
        _require_admin(actor)
    _check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


@transaction.atomic
def set_memberships(*, user: User, places: Iterable[Place], actor: User | None, now: datetime) -> None:
    """The roles a person has from now on, and no others."""
    _require_admin(actor)
    places = list(places)
    leaving = user.memberships.filter(role=Role.ADMIN).exists() and all(p.role != Role.ADMIN for p in places)
    if leaving:
        _keep_one_admin(user)
    _replace_memberships(user, places)


@transaction.atomic
def deactivate(*, user: User, actor: User | None, now: datetime) -> None:
    """Ends every right, and with it every session. What the person owns stays until handed over."""
    _require_admin(actor)
    if user.memberships.filter(role=Role.ADMIN).exists():
        _keep_one_admin(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    forget(user)


@transaction.atomic
def reactivate(*, user: User, actor: User | None, now: datetime) -> None:
    _require_admin(actor)
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    forget(user)


@transaction.atomic
def change_person(
    *, user: User, places: Iterable[Place], password: str, active: bool, actor: User | None, now: datetime
) -> None:
    """Roles, password (unless empty) and whether the person may sign in: all of it, or nothing."""
    set_memberships(user=user, places=places, actor=actor, now=now)
    if password:
        set_password(user=user, password=password, actor=actor, now=now)
    if active != user.is_active:
        (reactivate if active else deactivate)(user=user, actor=actor, now=now)


@transaction.atomic
def set_preferences(
    *, user: User, actor: User, now: datetime, language: str, theme: str, zone: str | None = None
) -> None:
    user.language, user.theme, user.zone = language, theme, zone or user.zone
    _clean(user, ["language", "theme"])
    user.save(update_fields=["language", "theme", "zone"])


@transaction.atomic
def create_team(*, name: str, actor: User | None, now: datetime, parent: Team | None = None) -> Team:
    _require_admin(actor)
    name = _team_name(name)
    if Team.objects.filter(name__iexact=name).exists():
        raise Conflict(msg("There is already a team “%(name)s”.", name=name), field="name")
    return Team.objects.create(name=name, parent=parent)


@transaction.atomic
def move_team(*, team: Team, parent: Team | None, actor: User | None, now: datetime) -> None:
    """Hang a team elsewhere in the tree, never below itself."""
    _require_admin(actor)
    if parent is not None and parent.pk in team_tree({team.pk}):
        raise DataError(
            msg("“%(team)s” cannot be part of itself or of a team below it.", team=team.name), field="parent"
        )
    team.parent = parent
    team.save(update_fields=["parent"])


def ensure_team(*, name: str, now: datetime) -> Team:
    """The team of that name; made when an import brings a new one."""
    name = _team_name(name)
    found = Team.objects.filter(name__iexact=name).first()
    return found or Team.objects.get_or_create(name=name)[0]


@transaction.atomic
def ensure_person(*, name: str, now: datetime, team: Team | None = None) -> User:
    """The person of that name; made when an import brings a new one, unable to sign in until invited.

    Two people of one name in different teams are told apart by the team.
    """
    name = " ".join(name.split())
    if not name:
        raise DataError(msg("A person needs a name."), field="owner")
    same = list(User.objects.filter(display_name=name).order_by("id").prefetch_related("memberships"))
    found = next((user for user in same if team and _sells_in(user, team)), None)
    if found is None and same and (team is None or not same[0].memberships.all()):
        found = same[0]
    if found is None:
        found = User(username=_free_username(name), display_name=name, date_joined=now)
        found.set_unusable_password()
        found.save()
    if team is not None and not _sells_in(found, team):
        Membership.objects.create(user=found, role=Role.REP, team=team)
        forget(found)
    return found


def _sells_in(user: User, team: Team) -> bool:
    return any(membership.team_id == team.pk for membership in user.memberships.all())


def _free_username(name: str) -> str:
    base = slugify(name, allow_unicode=True)[:120] or "person"
    taken = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


def _replace_memberships(user: User, places: Iterable[Place]) -> None:
    places = list(dict.fromkeys(places))
    for place in places:
        if place.role in {Role.REP, Role.MANAGER} and place.team is None:
            raise DataError(msg("%(role)s: choose the team.", role=str(place.role.label)), field="team")
    user.memberships.all().delete()
    Membership.objects.bulk_create(Membership(user=user, role=p.role, team=p.team) for p in places)
    forget(user)


def _require_admin(actor: User | None) -> None:
    """``None`` is the program itself: set-up, demo, import."""
    if actor is not None and not may(actor, "manage_people"):
        raise NotAllowed(msg("Only an administrator manages people and teams."))


def _keep_one_admin(user: User) -> None:
    others = Membership.objects.filter(role=Role.ADMIN, user__is_active=True).exclude(user=user)
    if not others.exists():
        raise Conflict(msg("This is the last administrator. Give somebody else that role first."))


def _check_username(username: str) -> None:
    try:
        User.username_validator(username)
    except ValidationError as error:
        raise DataError(
            msg("The sign-in name may have letters, digits and @ . + - _ only."), field="username"
        ) from error
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(msg("The sign-in name “%(name)s” is taken.", name=username), field="username")


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        # The validators' own words are translated by the framework.
        raise DataError(msg("%(why)s", why=" ".join(error.messages)), field="password") from error


def _clean(user: User, fields: list[str]) -> None:
    try:
        user.full_clean(exclude={f.name for f in User._meta.fields} - set(fields))
    except ValidationError as error:
        raise DataError(msg("%(why)s", why=" ".join(error.messages)), field=fields[0]) from error


def _team_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise DataError(msg("A team needs a name."), field="name")
    return name
