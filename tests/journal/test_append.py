from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import NOW, hours

from leadloop.analysis.tables import Kind
from leadloop.journal.events import DATA_OF, NewEvent, PersonalData, check_data
from leadloop.journal.models import Event
from leadloop.journal.operations import OutsideTransaction, append

pytestmark = pytest.mark.django_db


def an_event(lead_id: int = 1, **values: Any) -> NewEvent:
    values.setdefault("kind", Kind.FOLLOWED_UP)
    return NewEvent(lead_id=lead_id, version_id=1, occurred_at=NOW, recorded_at=NOW + hours(1), **values)


def test_rows_come_back_as_they_were_written_and_in_order() -> None:
    numbers = append([an_event(3), an_event(1, kind=Kind.REGISTERED, data={"number": "LX2026000001"})])
    rows = list(Event.objects.order_by("id"))
    assert [row.pk for row in rows] == numbers
    assert [(row.lead_id, row.kind, row.data) for row in rows] == [
        (3, "followed_up", {}),
        (1, "registered", {"number": "LX2026000001"}),
    ]
    assert (rows[0].occurred_at, rows[0].recorded_at) == (NOW, NOW + hours(1))


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written() -> None:
    with pytest.raises(OutsideTransaction):
        append([an_event()])
    assert Event.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET kind = 'won'",
        "UPDATE journal_event SET data = '{}'",
        "DELETE FROM journal_event",
        "TRUNCATE journal_event",
    ],
)
def test_the_database_refuses_every_change(statement: str) -> None:
    if statement.startswith("TRUNCATE") and connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with transaction.atomic():
        append([an_event()])
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="only ever added to"):
        cursor.execute(statement)
    assert Event.objects.get().kind == "followed_up"


@pytest.mark.parametrize(
    "data",
    [
        {"contact": "张三"},
        {"phone": "13800138000"},
        {"note": "asked for 李总"},
        {"industry": {"phone": "13800138000"}},
        {"industry": "x" * 401},
    ],
)
def test_nothing_that_may_name_a_person_gets_in(data: dict[str, object]) -> None:
    with pytest.raises(PersonalData):
        append([an_event(kind=Kind.REGISTERED, data=data)])
    assert Event.objects.count() == 0


def test_every_kind_says_what_it_may_carry_and_none_may_carry_words_about_people() -> None:
    assert set(DATA_OF) == set(Kind)
    personal = {
        "customer",
        "contact",
        "name",
        "title",
        "phone",
        "email",
        "note",
        "reason",
        "first_need",
        "tags",
    }
    assert not personal & set().union(*DATA_OF.values())


def test_names_of_changed_fields_may_be_told_without_their_values() -> None:
    check_data(Kind.EDITED, {"fields": ["phone", "contact"], "industry": "制造业"})
    with pytest.raises(PersonalData):
        check_data(Kind.FOLLOWED_UP, {"industry": "制造业"})


def test_sqlite_never_uses_a_number_again() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL draws numbers from a sequence")
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'journal_event'")
        assert "PRIMARY KEY AUTOINCREMENT" in cursor.fetchone()[0]
