"""Writers of SQLite queue: nobody is refused, nobody keeps a place that they do not use."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, connections, transaction

from leadloop.leads.models import Tag

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("shared_database"),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the queue is SQLite's"),
]


def together(work: Callable[[int], None], count: int) -> list[BaseException]:
    failed: list[BaseException] = []

    def one(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failed


def test_with_and_without_transactions_everything_is_written() -> None:
    def write(number: int) -> None:
        for n in range(20):
            if n % 3:
                with transaction.atomic():
                    Tag.objects.create(name=f"{number}-{n}")
            else:
                Tag.objects.create(name=f"{number}-{n}")
                Tag.objects.filter(name=f"{number}-{n}").update(name=f"{number}:{n}")

    assert together(write, 8) == []
    assert Tag.objects.count() == 160


def _fails() -> None:
    with transaction.atomic():
        Tag.objects.create(name="twice")
        Tag.objects.create(name="twice")


def _fails_inside() -> None:
    with transaction.atomic():
        Tag.objects.create(name="a")
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.create(name="a")


def _fails_alone() -> None:
    Tag.objects.create(name="b")
    Tag.objects.create(name="b")


def _loses_its_connection() -> None:
    with transaction.atomic():
        Tag.objects.create(name="c")
        connection.close()


@pytest.mark.parametrize("ending", [_fails, _fails_inside, _fails_alone, _loses_its_connection])
def test_whatever_ends_a_write_the_next_one_may(ending: Callable[[], None]) -> None:
    def first(_number: int) -> None:
        with contextlib.suppress(IntegrityError):
            ending()
        assert not getattr(connection, "_first")  # noqa: B009 - the wrapper's, not the proxy's

    assert together(first, 1) == []
    assert together(lambda _number: Tag.objects.create(name="next") and None, 1) == []
    assert Tag.objects.filter(name="next").exists()


def test_who_waits_comes_when_the_first_is_done() -> None:
    came: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        Tag.objects.create(name="second")
        came.append("second")
        connections.close_all()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        Tag.objects.create(name="first")
        thread.start()
        assert waiting.wait(10)
        thread.join(0.2)
        came.append("first")
    thread.join(30)
    assert came == ["first", "second"]
