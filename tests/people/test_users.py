from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import identify_hasher
from django.test import RequestFactory
from tests.cast import Cast
from tests.factories import NOW, PASSWORD, a_team

from leadloop.foundation.errors import Conflict, DataError, NotAllowed
from leadloop.people.models import Role, User
from leadloop.people.operations import (
    Place,
    create_team,
    create_user,
    deactivate,
    ensure_person,
    ensure_team,
    move_team,
    reactivate,
    set_memberships,
    set_password,
)
from leadloop.people.permissions import ACTIONS, may, roles_of, team_tree, visibility_of


def signs_in(username: str, password: str) -> User | None:
    return authenticate(RequestFactory().post("/"), username=username, password=password)


def test_a_password_is_kept_as_argon2_only(cast: Cast) -> None:
    user = create_user(username="wang", display_name="王芳", password=PASSWORD, actor=cast.admin, now=NOW)
    assert identify_hasher(user.password).algorithm == "argon2"
    assert PASSWORD not in user.password
    assert signs_in("wang", PASSWORD) == user


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "wang.fang.wang"])
def test_weak_passwords_are_refused(cast: Cast, password: str) -> None:
    with pytest.raises(DataError) as refused:
        create_user(username="wang.fang", display_name="王芳", password=password, actor=cast.admin, now=NOW)
    assert refused.value.field == "password"
    assert not User.objects.filter(username="wang.fang").exists()


def test_without_a_password_nobody_signs_in_until_it_is_set(cast: Cast) -> None:
    user = create_user(username="wang", display_name="王芳", actor=cast.admin, now=NOW)
    assert signs_in("wang", "") is None
    set_password(user=user, password=PASSWORD, actor=user, now=NOW)
    assert signs_in("wang", PASSWORD) == user


@pytest.mark.parametrize("username", ["", "with space", "a/b"])
def test_a_sign_in_name_has_a_form(cast: Cast, username: str) -> None:
    with pytest.raises(DataError) as refused:
        create_user(username=username, display_name="x", actor=cast.admin, now=NOW)
    assert refused.value.field == "username"


def test_a_sign_in_name_exists_once_whatever_its_case(cast: Cast) -> None:
    with pytest.raises(Conflict):
        create_user(username="OWNER", display_name="x", actor=cast.admin, now=NOW)


@pytest.mark.parametrize("who", ["owner", "manager", "marketing", "ops", "exec"])
def test_only_administrators_manage_people(cast: Cast, who: str) -> None:
    actor = getattr(cast, who)
    with pytest.raises(NotAllowed):
        create_user(username="x", display_name="x", actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        set_memberships(user=actor, places=[Place(Role.OPS)], actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        set_password(user=cast.owner if who != "owner" else cast.ops, password=PASSWORD, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        deactivate(user=cast.stranger, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        create_team(name="x", actor=actor, now=NOW)


def test_who_left_has_no_rights_and_can_come_back(cast: Cast) -> None:
    deactivate(user=cast.ops, actor=cast.admin, now=NOW)
    assert (roles_of(cast.ops), may(cast.ops, "leads")) == (frozenset(), False)
    reactivate(user=cast.ops, actor=cast.admin, now=NOW)
    assert may(cast.ops, "leads")


def test_the_last_administrator_stays(cast: Cast) -> None:
    with pytest.raises(Conflict):
        deactivate(user=cast.admin, actor=cast.admin, now=NOW)
    with pytest.raises(Conflict):
        set_memberships(user=cast.admin, places=[], actor=cast.admin, now=NOW)
    set_memberships(user=cast.ops, places=[Place(Role.ADMIN)], actor=cast.admin, now=NOW)
    deactivate(user=cast.admin, actor=cast.ops, now=NOW)


def test_a_new_role_counts_at_once(cast: Cast) -> None:
    assert not may(cast.admin, "leads")
    set_memberships(user=cast.admin, places=[Place(Role.ADMIN), Place(Role.OPS)], actor=cast.admin, now=NOW)
    assert visibility_of(cast.admin).everything


@pytest.mark.parametrize("role", [Role.REP, Role.MANAGER])
def test_reps_and_managers_have_a_team(cast: Cast, role: Role) -> None:
    with pytest.raises(DataError) as refused:
        set_memberships(user=cast.ops, places=[Place(role)], actor=cast.admin, now=NOW)
    assert refused.value.field == "team"
    assert roles_of(cast.ops) == {Role.OPS}


def test_an_administrator_alone_may_nothing_with_leads(cast: Cast) -> None:
    allowed = {action for action in ACTIONS if may(cast.admin, action)}
    assert allowed == {"manage_people", "settings"}


def test_teams_are_a_tree(cast: Cast) -> None:
    deep = a_team("Deep", parent=cast.key_accounts)
    assert team_tree({cast.north.pk}) == {cast.north.pk, cast.key_accounts.pk, deep.pk}
    assert visibility_of(cast.manager).team_ids == team_tree({cast.north.pk})
    for wrong in (cast.north, deep):
        with pytest.raises(DataError):
            move_team(team=cast.north, parent=wrong, actor=cast.admin, now=NOW)
    move_team(team=deep, parent=cast.south, actor=cast.admin, now=NOW)
    assert team_tree({cast.north.pk}) == {cast.north.pk, cast.key_accounts.pk}


def test_a_team_name_exists_once(cast: Cast) -> None:
    with pytest.raises(Conflict):
        create_team(name=" north ", actor=cast.admin, now=NOW)
    assert ensure_team(name="NORTH", now=NOW) == cast.north


def test_an_import_finds_the_person_or_makes_one_who_cannot_sign_in(cast: Cast) -> None:
    made = ensure_person(name="孙涛", team=cast.north, now=NOW)
    assert not made.has_usable_password()
    assert (roles_of(made), visibility_of(made).owner_ids) == ({Role.REP}, {made.pk})
    assert ensure_person(name=" 孙涛 ", now=NOW) == made
    assert ensure_person(name="孙涛", team=cast.north, now=NOW) == made
    assert ensure_person(name="Owner", now=NOW) == cast.owner


def test_two_people_of_one_name_are_told_apart_by_their_team(cast: Cast) -> None:
    north = ensure_person(name="李洋", team=cast.north, now=NOW)
    south = ensure_person(name="李洋", team=cast.south, now=NOW)
    assert north != south
    assert ensure_person(name="李洋", team=cast.south, now=NOW) == south


def test_visibility_is_asked_of_the_database_once(cast: Cast, django_assert_num_queries: object) -> None:
    visibility_of(User.objects.get(pk=cast.manager.pk))
    manager = User.objects.get(pk=cast.manager.pk)
    # Memberships and teams are kept: each is compared once with what the database says.
    with django_assert_num_queries(2):
        for _ in range(3):
            visibility_of(manager)
            may(manager, "assign")
