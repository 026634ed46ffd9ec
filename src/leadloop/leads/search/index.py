"""The words of all names in the database: which customers and contacts have them, the newest first.

On SQLite a full-text table each, on PostgreSQL a ``tsvector`` with a GIN index; both come with the database,
without any extension. A row is written in the transaction that writes the name: by the signals of a saved
row, and by :func:`put` where many are written at once.
"""
# ruff: noqa: S608 - the only names put into statements are the two of Kind

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import connection, transaction

from leadloop.customers.models import Alias, Contact, Customer
from leadloop.leads.search.words import Term, of_name

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

CHUNK = 5_000
"""Names indexed in one transaction when everything is indexed: others may write in between."""


class Kind(StrEnum):
    """Whose names; the value is the table's name."""

    CUSTOMER = "leads_customer_words"
    CONTACT = "leads_contact_words"


MODEL = {Kind.CUSTOMER: Customer, Kind.CONTACT: Contact}


def create(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for kind in Kind:
            if connection.vendor == "postgresql":
                cursor.execute(f"CREATE TABLE IF NOT EXISTS {kind} (id bigint PRIMARY KEY, words tsvector)")
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {kind}_gin ON {kind} USING gin (words)")
            else:
                # Neither places nor lengths are needed: a fifth of the usual size, and faster to write.
                options = "detail=none, columnsize=0, tokenize='ascii'"
                cursor.execute(f"CREATE VIRTUAL TABLE IF NOT EXISTS {kind} USING fts5(words, {options})")


def drop(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for kind in Kind:
            cursor.execute(f"DROP TABLE IF EXISTS {kind}")


def put(kind: Kind, names: Iterable[tuple[int, str]]) -> None:
    """Index these names under their ids; what was there before is replaced, the last of several holds."""
    # PostgreSQL refuses to write a row twice in one statement; a file may well name a person twice.
    rows = [(key, of_name(name)) for key, name in dict(names).items()]
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {kind} (id, words) SELECT id, words::tsvector"
                " FROM unnest(%s::bigint[], %s::text[]) AS given (id, words)"
                " ON CONFLICT (id) DO UPDATE SET words = excluded.words",
                [[key for key, _ in rows], [words for _, words in rows]],
            )
        else:
            cursor.executemany(f"INSERT OR REPLACE INTO {kind} (rowid, words) VALUES (%s, %s)", rows)


def put_customers(ids: Iterable[int]) -> None:
    """Index these customers by what they are called now, other names included."""
    put(Kind.CUSTOMER, _named(Customer.objects.filter(pk__in=list(ids)).values_list("pk", "name")))


def _named(customers: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    rows = list(customers)
    names = {pk: [name] for pk, name in rows}
    for pk, name in Alias.objects.filter(customer__in=names).values_list("customer", "name"):
        names[pk].append(name)
    return [(pk, " ".join(names[pk])) for pk, _ in rows]


def remove(kind: Kind, key: int) -> None:
    place = "id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {kind} WHERE {place} = %s", [key])


def find(kind: Kind, terms: Sequence[Term], limit: int) -> list[int]:
    """The newest ``limit`` of those whose name has all of these words."""
    if not terms:
        return []
    names, wanted = statement(kind, terms)
    place = "id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"{names} ORDER BY {place} DESC LIMIT %s", [wanted, limit])
        return [row[0] for row in cursor.fetchall()]


def statement(kind: Kind, terms: Sequence[Term]) -> tuple[str, str]:
    """A query for all of them, and its parameter. Words are letters and digits: nothing to escape."""
    if connection.vendor == "postgresql":
        wanted = " & ".join(f"'{term}'{':*' if term.begins else ''}" for term in terms)
        return f"SELECT id FROM {kind} WHERE words @@ %s::tsquery", wanted
    wanted = " AND ".join(f'"{term}"{"*" if term.begins else ""}' for term in terms)
    return f"SELECT rowid FROM {kind} WHERE {kind} MATCH %s", wanted


def probe(kind: Kind, terms: Sequence[Term], *, key: str) -> tuple[str, list[str]]:
    """A condition: the name under ``key`` (an expression) has all of these words."""
    if connection.vendor == "postgresql":
        _names, wanted = statement(kind, terms)
        return f"EXISTS (SELECT 1 FROM {kind} n WHERE n.id = {key} AND n.words @@ %s::tsquery)", [wanted]
    # In the rows that the full-text table keeps its texts in: it has no quick way to ask it of one row.
    has = " AND ".join("instr(' ' || n.c0 || ' ', %s)" for _term in terms)
    wanted_words = [f" {term}" if term.begins else f" {term} " for term in terms]
    return f"EXISTS (SELECT 1 FROM {kind}_content n WHERE n.id = {key} AND {has})", wanted_words


def fill(*, report: Callable[[Kind, int], None] = lambda kind, done: None) -> int:
    """Index every name there is, in chunks; gives how many. May be done again at any time."""
    return sum(done for kind in Kind for done in _fill(kind, report))


def _fill(kind: Kind, report: Callable[[Kind, int], None]) -> Iterator[int]:
    last = done = 0
    while True:
        with transaction.atomic():
            names = MODEL[kind]._default_manager.filter(pk__gt=last).order_by("pk")
            rows = list(names.values_list("pk", "name")[:CHUNK])
            put(kind, _named(rows) if kind == Kind.CUSTOMER else rows)
        if not rows:
            return
        last, done = rows[-1][0], done + len(rows)
        report(kind, done)
        yield len(rows)
