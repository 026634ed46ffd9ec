"""One answer for one ``Idempotency-Key``, however often and at once the request comes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from leadloop.api.models import Answer
from leadloop.api.problems import Refused
from leadloop.foundation.messages import msg
from leadloop.people.models import ApiToken

KEPT = timedelta(hours=24)
CHUNK = 25
"""Items of a batch in one transaction: SQLite's other writers wait for one chunk, not for the batch."""

_CLAIM = """
INSERT INTO api_answer (token_id, "key", digest, created_at, body, results)
VALUES (%s, %s, %s, %s, '', '[]')
ON CONFLICT (token_id, "key") DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Given:
    """``replayed``: answered before."""

    status: int
    body: str
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request that names itself."""

    token: ApiToken
    key: str
    digest: str
    now: datetime


def digest_of(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


def single(once: Once, work: Callable[[], Given]) -> Given:
    """Work and answer are one transaction: a killed process leaves neither, and the sender may try again.

    The second of two that arrive at once waits at the unique index until the first has committed.
    """
    with transaction.atomic():
        if not _claimed(once):
            return _known(once)
        given = work()
        _rows(once).update(status=given.status, body=given.body)
        return given


def batch(
    once: Once, items: Sequence[Any], work: Callable[[int, Any], dict[str, Any]], sum_up: Callable[..., Given]
) -> Given:
    """Item by item, some in one transaction, each with the mark of how far the batch is.

    Whoever comes with the same key, also after a crash, goes on where the mark is; two at once share the
    work and give the same answer.
    """
    with transaction.atomic():
        _claimed(once)
        _check(once, _rows(once).get())
    while True:
        with transaction.atomic():
            row = _rows(once).select_for_update().get()
            if row.status is not None:
                return Given(row.status, row.body, replayed=True)
            start = len(row.results)
            results = row.results + [
                work(start + number, item) for number, item in enumerate(items[start : start + CHUNK])
            ]
            if len(results) < len(items):
                _rows(once).update(results=results)
                continue
            given = sum_up(results)
            _rows(once).update(status=given.status, body=given.body, results=[])
            return given


def remove_old(*, now: datetime) -> int:
    return Answer.objects.filter(created_at__lt=now - KEPT).delete()[0]


def _rows(once: Once) -> Any:
    return Answer.objects.filter(token=once.token, key=once.key)


def _claimed(once: Once) -> bool:
    with connection.cursor() as cursor:
        # SQLite's adapter takes no aware datetimes by itself.
        moment = connection.ops.adapt_datetimefield_value(once.now)
        cursor.execute(_CLAIM, [once.token.pk, once.key, once.digest, moment])
        return bool(cursor.rowcount == 1)


def _known(once: Once) -> Given:
    row = _rows(once).get()
    _check(once, row)
    if row.status is None:
        raise Refused(
            409,
            "conflict",
            msg("The first request with this key is still being worked on."),
            {"Retry-After": "1"},
        )
    return Given(row.status, row.body, replayed=True)


def _check(once: Once, row: Answer) -> None:
    if row.digest != once.digest:
        raise Refused(
            409,
            "key-reused",
            msg("Take a new key for a new request; send the first request again to get its answer."),
        )


def as_json(found: object) -> str:
    return json.dumps(found, ensure_ascii=False)
