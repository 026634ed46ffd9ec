"""Customers with planted duplicates, searched as every night; and the check while somebody types."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.test import Client

from leadloop.cli import ready
from leadloop.cli.bench.planted import Planted, companies, true_pairs
from leadloop.cli.bench.tasks.importing import Memory
from leadloop.customers.models import Contact, Customer
from leadloop.customers.queries import similar
from leadloop.customers.rules import name_keys
from leadloop.foundation.clock import now
from leadloop.identity.models import Job, Pair, Verdict
from leadloop.identity.operations import ask, run
from leadloop.people.models import User

_CHUNK = 5_000
_NAMES = 60


def search_duplicates(*, customers: int) -> dict[str, Any]:
    """Seconds, memory over what was there before, precision and recall of what is listed."""
    ready.prepare_database()
    planted = companies(customers)
    ids = _store(planted)
    places = {pk: place for place, pk in enumerate(ids)}
    true = true_pairs(planted)
    _warm()
    with Memory() as memory:
        started = time.perf_counter()
        done = run(run_id=ask(job=Job.SEARCH, actor=None, now=now()).pk, clock=now)
        taken = time.perf_counter() - started
    assert done is not None
    rows = Pair.objects.values_list("one", "other", "certain")
    found = {(*sorted((places[one], places[other])), certain) for one, other, certain in rows}
    listed = {(one, other) for one, other, _ in found}
    certain = {(one, other) for one, other, sure in found if sure}
    return {
        "status": done.status,
        "customers": done.total,
        "seconds": taken,
        "memory_mb": memory.peak_mb - memory.before_mb,
        "planted": len(true),
        "listed": len(listed),
        "precision": len(listed & true) / max(len(listed), 1),
        "recall": len(listed & true) / max(len(true), 1),
        "certain": len(certain),
        "certain_precision": len(certain & true) / max(len(certain), 1),
    }


def check_while_typing(*, rounds: int) -> list[list[float]]:
    """Milliseconds of each check in each round: names as they are typed, sign by sign, and whole contacts."""
    chance = random.Random(3)  # noqa: S311 - a sample, no secret
    rows = list(Contact.objects.order_by("pk").values_list("customer__name", "phone", "email")[:20_000])
    asked = [question for row in chance.sample(rows, min(_NAMES, len(rows))) for question in _typed(*row)]
    return [[_milliseconds(question) for question in asked] for _ in range(rounds)]


def open_work_list(*, pairs: int, rounds: int, usernames: Sequence[str]) -> dict[str, list[list[float]]]:
    """Milliseconds of the pages of the work list for each person, with so many pairs to be decided."""
    with transaction.atomic():
        _plant_pairs(pairs)
        found = {name: [_pages(name) for _ in range(rounds)] for name in usernames}
        transaction.set_rollback(True)
    return found


WORK_LIST = ("", "?page=2", "?page=40", "?show=certain", "?show=apart", "?show=merged")


def _pages(username: str) -> list[float]:
    client = Client()
    client.force_login(
        User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend"
    )
    return [_page(client, f"/customers/duplicates/{asked}") for asked in WORK_LIST]


def _page(client: Client, path: str) -> float:
    started = time.perf_counter()
    answer = client.get(path, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200, (path, answer.status_code)
    return (time.perf_counter() - started) * 1000


def _plant_pairs(count: int) -> None:
    """Neighbours among the newest customers; every fourth pair was decided."""
    ids = sorted(Customer.objects.order_by("-pk").values_list("pk", flat=True)[: count * 2])
    levels = [["name", 7], ["phone", 3]]
    Pair.objects.bulk_create(
        Pair(
            one_id=one,
            other_id=other,
            probability=0.5 + place % 50 / 100,
            certain=place % 3 == 0,
            levels=levels,
            verdict=Verdict.DIFFERENT if place % 4 == 3 else Verdict.OPEN,
            decided_at=now() if place % 4 == 3 else None,
            found_at=now(),
        )
        for place, (one, other) in enumerate(zip(ids[::2], ids[1::2], strict=False))
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _typed(name: str, phone: str, email: str) -> Iterator[dict[str, str]]:
    for length in range(2, min(len(name), 10)):
        yield {"name": name[:length]}
    yield {"name": name, "phone": phone, "email": email}


def _milliseconds(question: Mapping[str, str]) -> float:
    asked = question.get
    started = time.perf_counter()
    similar(name=asked("name", ""), phone=asked("phone", ""), email=asked("email", ""))
    return (time.perf_counter() - started) * 1000


def _store(planted: list[Planted]) -> list[int]:
    """In this order, so that the place of a row is known by its key."""
    ids: list[int] = []
    for start in range(0, len(planted), _CHUNK):
        rows = planted[start : start + _CHUNK]
        made = Customer.objects.bulk_create(
            Customer(name=row.name, credit_code=row.credit_code, created_at=now(), **name_keys(row.name))
            for row in rows
        )
        Contact.objects.bulk_create(
            Contact(
                customer=customer,
                name=row.contact,
                phone=row.phone,
                phone_key=row.phone,
                email=row.email,
                email_key=row.email,
            )
            for customer, row in zip(made, rows, strict=True)
        )
        ids += [customer.pk for customer in made]
    return ids


def _warm() -> None:
    """Load what is loaded on first use, so that memory counts the search and not the libraries."""
    import numpy  # noqa: F401
    import rapidfuzz  # noqa: F401
