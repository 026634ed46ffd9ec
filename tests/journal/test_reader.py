"""Reading bit by bit while others write. What is proved: no row is missed, none is read twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from tests.journal.test_append import an_event

from leadloop.journal import reader
from leadloop.journal.operations import append
from leadloop.journal.reader import Mark

pytestmark = pytest.mark.django_db(transaction=True)


def write(*lead_ids: int) -> None:
    with transaction.atomic():
        append([an_event(lead_id) for lead_id in lead_ids])


def lead_ids(rows: list[reader.Row]) -> list[int]:
    return [row[reader.COLUMNS.index("lead_id")] for row in rows]


def read_naively(last: int) -> tuple[list[int], int]:
    """What everybody writes first: remember the highest number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, lead_id FROM journal_event WHERE id > %s ORDER BY id", [last])
        rows = cursor.fetchall()
    return [row[1] for row in rows], rows[-1][0] if rows else last


def test_reads_on_where_it_stopped() -> None:
    write(1, 2)
    write(3)
    rows, mark = reader.read_after(Mark(), limit=2)
    assert lead_ids(rows) == [1, 2]
    assert reader.lag(mark) == 1
    rows, mark = reader.read_after(Mark.parse(str(mark)), limit=2)
    assert lead_ids(rows) == [3]
    assert (reader.read_after(mark), reader.lag(mark)) == (([], mark), 0)


def test_a_limit_may_fall_inside_one_transaction() -> None:
    write(*range(1, 8))
    mark, seen = Mark(), []
    while found := reader.read_after(mark, limit=3)[0]:
        mark = reader.read_after(mark, limit=3)[1]
        seen.append(lead_ids(found))
    assert seen == [[1, 2, 3], [4, 5, 6], [7]]


def test_lag_counts_no_further_than_asked() -> None:
    write(*range(1, 8))
    assert reader.lag(Mark(), cap=5) == 5


def test_the_statement_for_other_clients_gives_the_same_rows() -> None:
    write(1, 2)
    with connection.cursor() as cursor:
        cursor.execute(reader.sql_after(Mark()))
        rows = cursor.fetchall()
    assert lead_ids([row[:-1] for row in rows]) == [1, 2]
    assert Mark(rows[-1][-1], rows[-1][0]) == reader.read_after(Mark())[1]


class Writer(threading.Thread):
    """Another connection with a transaction of its own, which commits when told."""

    def __init__(self, *leads: int) -> None:
        super().__init__()
        self.leads = leads
        self.wrote, self.may_commit = threading.Event(), threading.Event()

    def run(self) -> None:
        try:
            with transaction.atomic():
                append([an_event(lead_id) for lead_id in self.leads])
                self.wrote.set()
                self.may_commit.wait(timeout=20)
        finally:
            connection.close()

    def begin(self) -> Writer:
        self.start()
        assert self.wrote.wait(timeout=20)
        return self

    def commit(self) -> None:
        self.may_commit.set()
        self.join(timeout=20)
        assert not self.is_alive()


def needs_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")


def test_a_row_committed_late_is_read_and_would_be_missed_by_number_alone() -> None:
    needs_postgresql()
    early = Writer(1).begin()
    Writer(2).begin().commit()

    naive, last = read_naively(0)
    rows, mark = reader.read_after(Mark())
    assert (naive, lead_ids(rows)) == ([2], [])

    early.commit()
    naive, _ = read_naively(last)
    rows, _ = reader.read_after(mark)
    assert naive == [], "the naive reader would have found lead 1; the trap is gone, and this test with it"
    assert lead_ids(rows) == [1, 2]


def test_a_rolled_back_writer_holds_nothing_back() -> None:
    needs_postgresql()

    with transaction.atomic():
        append([an_event(1)])
        transaction.set_rollback(True)
    write(2)
    assert lead_ids(reader.read_after(Mark())[0]) == [2]


def test_many_writers_and_a_reader_in_between() -> None:
    needs_postgresql()
    writers, transactions, rows_each = 6, 15, 3

    def work(number: int) -> None:
        chance = random.Random(number)
        try:
            for turn in range(transactions):
                with transaction.atomic():
                    for part in range(rows_each):
                        append([an_event(number * 10_000 + turn * 10 + part)])
                        time.sleep(chance.random() * 0.004)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, writers + 1)]
    seen, naive = read_while(threads)
    expected = {
        number * 10_000 + turn * 10 + part
        for number in range(1, writers + 1)
        for turn in range(transactions)
        for part in range(rows_each)
    }
    assert len(seen) == len(set(seen))
    assert set(seen) == expected
    assert set(naive) < expected, "with this many writers reading by number alone must miss rows"


def read_while(threads: list[threading.Thread]) -> tuple[list[int], list[int]]:
    """What both ways of reading find, in steps small enough that a limit falls anywhere."""
    seen: list[int] = []
    naive: list[int] = []
    mark, last = Mark(), 0

    def step() -> None:
        nonlocal mark, last
        rows, mark = reader.read_after(mark, limit=7)
        seen.extend(lead_ids(rows))
        more, last = read_naively(last)
        naive.extend(more)

    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        step()
    until_nothing(step, lambda: reader.lag(mark))
    return seen, naive


def until_nothing(step: Callable[[], None], waiting: Callable[[], int]) -> None:
    while waiting():
        step()
