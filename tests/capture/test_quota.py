"""So many in so much time, however many processes give them out."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.factories import NOW

from leadloop.capture import quota
from leadloop.capture.models import Quota


class TestAnyLimit(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(limit=st.integers(1, 90), restarts=st.sets(st.integers(0, 100), max_size=5))
    def test_never_more_than_the_limit(self, limit: int, restarts: set[int]) -> None:
        """A restarted process forgets its block: less may be given out then, never more."""
        quota.forget()
        given_out = 0
        for number in range(100):
            if number in restarts:
                quota.forget()
            given_out += quota.take(key="k", limit=limit, window=60, now=NOW).allowed
        assert given_out <= limit
        assert given_out >= min(limit, 100) - len(restarts) * max(1, limit // 20)


@pytest.mark.django_db
def test_what_is_left_and_when_it_starts_anew() -> None:
    first = quota.take(key="k", limit=2, window=60, now=NOW + timedelta(seconds=20))
    assert (first.allowed, first.left, first.seconds, first.limit) == (True, 1, 40, 2)
    assert quota.take(key="k", limit=2, window=60, now=NOW + timedelta(seconds=30)).allowed
    assert not quota.take(key="k", limit=2, window=60, now=NOW + timedelta(seconds=59)).allowed
    assert quota.take(key="other", limit=2, window=60, now=NOW + timedelta(seconds=59)).allowed
    assert quota.take(key="k", limit=2, window=60, now=NOW + timedelta(seconds=60)).allowed


@pytest.mark.django_db
def test_old_windows_are_removed() -> None:
    quota.take(key="k", limit=2, window=60, now=NOW)
    assert quota.remove_old(now=NOW + timedelta(hours=1)) == 0
    assert quota.remove_old(now=NOW + timedelta(hours=3)) == 1
    assert not Quota.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_threads_at_once() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the test database of SQLite lives in one connection")
    passed: list[bool] = []

    def work() -> None:
        try:
            for _ in range(40):
                passed.append(quota.take(key="k", limit=100, window=60, now=NOW).allowed)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == 100
