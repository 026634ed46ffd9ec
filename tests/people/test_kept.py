"""What every process keeps in memory is never older than what the database says."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, a_team, a_user

from leadloop.assignment.models import Seller
from leadloop.assignment.queries import people
from leadloop.assignment.queries.policies import holding, team_lines
from leadloop.foundation import rows
from leadloop.people import watching
from leadloop.people.kept import Kept, mark, renew, steady
from leadloop.people.models import Membership, Role, Team, User
from leadloop.people.permissions import may, roles_of
from leadloop.people.queries import team_of
from leadloop.people.tokens import create_token, find_token, revoke_token
from leadloop.process.models import Process, Version
from leadloop.process.operations import publish_policies
from leadloop.process.queries import current_version, default_process

CHANGES: dict[str, Callable[[Cast], object]] = {
    "an operation": lambda cast: a_team("West"),
    "a query that updates": lambda cast: Team.objects.filter(pk=cast.south.pk).update(parent=cast.north),
    "many rows at once": lambda cast: Membership.objects.bulk_create(
        [Membership(user=cast.owner, role=Role.OPS)]
    ),
    "rows that may be there": lambda cast: Team.objects.bulk_create(
        [Team(name="West"), Team(name="South")], ignore_conflicts=True
    ),
    "a deletion": lambda cast: cast.admin.memberships.all().delete(),
    "a policy": lambda cast: publish_policies(
        process=default_process(), changes={"pool": {}}, actor=None, now=NOW
    ),
    "a channel": lambda cast: a_channel("A new one"),
    "a cap": lambda cast: Seller.objects.create(person=cast.owner, open_leads=3),
    "somebody who leaves": lambda cast: User.objects.filter(pk=cast.owner.pk).update(is_active=False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_marked(change: str, cast: Cast) -> None:
    before = mark()
    CHANGES[change](cast)
    assert mark() != before


def test_what_happens_all_the_time_is_not(cast: Cast) -> None:
    before = mark()
    a_lead(owner=cast.owner)
    User.objects.filter(pk=cast.owner.pk).update(last_login=NOW)
    assert mark() == before


def test_every_reader_sees_its_own_change_at_once(cast: Cast) -> None:
    assert not may(User.objects.get(pk=cast.admin.pk), "register")
    Membership.objects.create(user=cast.admin, role=Role.REP, team=cast.south)
    admin = User.objects.get(pk=cast.admin.pk)
    assert Role.REP in roles_of(admin)
    assert team_of(admin) == cast.south
    assert cast.admin.pk in {one.id for one in people.people(holding(default_process()).policy, NOW)}
    Team.objects.filter(pk=cast.south.pk).update(parent=cast.key_accounts)
    assert team_lines()[cast.south.pk] == {cast.south.pk, cast.key_accounts.pk, cast.north.pk}


def test_what_was_rolled_back_never_was(cast: Cast) -> None:
    """A counter would be the same after the next change, with what was read inside still under it."""
    process = default_process()
    number = current_version(process).number
    with transaction.atomic():
        publish_policies(process=process, changes={"conflict": {"hold": False}}, actor=None, now=NOW)
        assert current_version(process).policies["conflict"] == {"hold": False}
        transaction.set_rollback(True)
    assert current_version(process).number == number
    publish_policies(process=process, changes={"conflict": {"hold": "else"}}, actor=None, now=NOW)
    assert current_version(process).policies["conflict"] == {"hold": "else"}


def test_inside_one_operation_the_mark_is_read_once(cast: Cast, django_assert_num_queries) -> None:
    loaded: list[int] = []
    kept = Kept(lambda: loaded.append(1))
    kept()
    with django_assert_num_queries(1), steady():
        for _ in range(5):
            kept()
    with steady():
        kept()
        a_team("West")
        kept()
        assert len(loaded) == 1
        renew()
        kept()
    assert len(loaded) == 2


def test_copies_are_handed_out(process: Process) -> None:
    version = current_version(process)
    version.number, version.policies = 99, {}
    assert current_version(process).number == 1
    assert current_version(process).policies
    found = default_process()
    found.key = "changed"
    assert default_process().key == process.key


def test_a_token_is_found_without_a_query_of_its_own_and_revoked_at_once(
    cast: Cast, django_assert_num_queries
) -> None:
    token, key = create_token(user=cast.ops, name="site", scopes=["leads:write"], actor=cast.ops, now=NOW)
    assert find_token(key, now=NOW) == token
    with django_assert_num_queries(1):
        assert find_token(key, now=NOW) == token
    revoke_token(token=token, actor=cast.ops, now=NOW)
    assert find_token(key, now=NOW) is None


def test_everything_that_is_watched_has_its_triggers(db: None) -> None:
    """SQLite drops the triggers of a table that a migration builds anew: they must come again."""
    with connection.cursor() as cursor:
        present = watching._present(cursor, connection.vendor)
    wanted = {name for table in watching._watched for name, _ in watching._triggers(connection.vendor, table)}
    assert wanted <= present
    with connection.cursor() as cursor:
        of = " ON people_team" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER people_team_kept_update{of}")
    watching.install(connection)
    with connection.cursor() as cursor:
        assert wanted <= watching._present(cursor, connection.vendor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("shared_database")
def test_another_connection_sees_it_when_it_is_committed(cast: Cast) -> None:
    """And keeps nothing that was not committed, whoever has read it meanwhile."""
    process = default_process()
    publish_policies(process=process, changes={"pool": {"days": 1}}, actor=None, now=NOW)
    seen: list[object] = []

    def look() -> None:
        try:
            seen.append(current_version(process).policies["pool"])
        finally:
            connections.close_all()

    def elsewhere() -> object:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return seen[-1]

    assert elsewhere() == {"days": 1}
    with transaction.atomic():
        publish_policies(process=process, changes={"pool": {"days": 2}}, actor=None, now=NOW)
        assert current_version(process).policies["pool"] == {"days": 2}
        assert elsewhere() == {"days": 1}
        assert current_version(process).policies["pool"] == {"days": 2}
    assert elsewhere() == {"days": 2}


def test_tables_that_were_emptied_keep_nothing(process: Process) -> None:
    rows.ask("DELETE FROM people_revision WHERE id = 1 RETURNING id")
    assert mark() is None
    version = current_version(process)
    Version.objects.filter(pk=version.pk).update(policies={"pool": {"days": 7}})
    assert current_version(process).policies == {"pool": {"days": 7}}
    assert mark() is not None


def test_a_person_who_leaves_gets_nothing_more(cast: Cast) -> None:
    other = a_user("other", role=Role.REP, team=cast.south)
    present = {one.id for one in people.people(holding(default_process()).policy, NOW)}
    assert other.pk in present
    User.objects.filter(pk=other.pk).update(is_active=False)
    assert other.pk not in {one.id for one in people.people(holding(default_process()).policy, NOW)}
