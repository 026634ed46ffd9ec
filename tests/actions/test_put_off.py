"""Put an action off: with a reason, counted, and taken back."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from tests.actions.things import at, planned
from tests.cast import Cast
from tests.factories import a_lead

from leadloop.actions.models import NextAction, Postponement
from leadloop.actions.operations import do, move_back, postpone, postpone_many
from leadloop.actions.queries import postponed
from leadloop.foundation.errors import Conflict, DataError, LeadloopError, NotFound

NOW = at("2026-06-15 10:00")


@pytest.fixture
def action(cast: Cast) -> NextAction:
    lead = a_lead(owner=cast.owner, now=NOW)
    return planned(lead, "2026-06-16 14:30", actor=cast.owner, now=NOW)


def put_off(action: NextAction, to: str, cast: Cast, *, reason: str = "customer", **more) -> Postponement:
    return postpone(action=action, to=at(to), reason=reason, actor=cast.owner, now=NOW, **more)


def test_it_is_counted_with_its_reason(cast: Cast, action: NextAction) -> None:
    put_off(action, "2026-06-18 14:30", cast)
    put_off(action, "2026-06-19 14:30", cast, reason="客户出差")
    assert (action.moves, action.due_on) == (2, date(2026, 6, 19))
    rows = Postponement.objects.order_by("pk").values_list("reason", "later", "owner", "team_id")
    assert list(rows) == [
        ("customer", True, cast.owner.pk, cast.key_accounts.pk),
        ("客户出差", True, cast.owner.pk, cast.key_accounts.pk),
    ]


def test_without_a_reason_it_stays(cast: Cast, action: NextAction) -> None:
    with pytest.raises(DataError) as refused:
        put_off(action, "2026-06-17 14:30", cast, reason="  ")
    assert refused.value.field == "reason"
    action.refresh_from_db()
    assert (action.due_at, action.moves) == (at("2026-06-16 14:30"), 0)


@pytest.mark.parametrize("to", ["2026-06-15 18:00", "2026-06-16 20:00"])
def test_sooner_or_later_the_same_day_counts_as_nothing(cast: Cast, action: NextAction, to: str) -> None:
    put_off(action, to, cast, reason="")
    assert action.moves == 0
    assert not postponed(start=NOW, end=NOW + timedelta(days=1)).exists()


@pytest.mark.parametrize(
    ("to", "error"),
    [("2026-06-15 09:59", DataError), ("2026-06-16 14:30", Conflict), ("9999-12-31 10:00", DataError)],
)
def test_into_the_past_or_to_where_it_is(cast: Cast, action: NextAction, to: str, error) -> None:
    with pytest.raises(error):
        put_off(action, to, cast)


def test_one_that_is_over_is_not_put_off(cast: Cast, action: NextAction) -> None:
    do(action=action, actor=cast.owner, now=NOW)
    with pytest.raises(Conflict):
        put_off(action, "2026-06-18 14:30", cast)


def test_an_hour_may_be_given_and_taken(cast: Cast, action: NextAction) -> None:
    put_off(action, "2026-06-17 12:00", cast, has_time=False)
    assert (action.has_time, action.due_on) == (False, date(2026, 6, 17))
    assert action.due_at == at("2026-06-17 23:59").replace(second=59)
    put_off(action, "2026-06-17 09:15", cast, has_time=True)
    assert (action.has_time, action.due_at) == (True, at("2026-06-17 09:15"))


def test_many_keep_their_hours_and_overdue_ones_count_from_today(cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    old = at("2026-06-01 10:00")
    late = planned(lead, "2026-06-05 11:00", actor=cast.owner, now=old)
    soon = planned(lead, "2026-06-20 16:00", actor=cast.owner, now=old)
    moved = postpone_many(ids=[late.pk, soon.pk], by_days=2, reason="no_time", actor=cast.owner, now=NOW)
    assert moved.done == 2
    dues = list(NextAction.objects.order_by("pk").values_list("due_at", flat=True))
    assert dues == [at("2026-06-17 11:00"), at("2026-06-22 16:00")]


def test_what_cannot_be_moved_stops_no_other(cast: Cast, action: NextAction) -> None:
    foreign = planned(a_lead(owner=cast.stranger, now=NOW), "2026-06-16 10:00", actor=cast.stranger, now=NOW)
    over = planned(action.lead, "2026-06-17 10:00", actor=cast.owner, now=NOW)
    do(action=over, actor=cast.owner, now=NOW)
    ids = [action.pk, foreign.pk, over.pk]
    moved = postpone_many(ids=ids, to=at("2026-06-25 00:00"), reason="waiting", actor=cast.owner, now=NOW)
    assert (moved.done, {row.pk for row, _ in moved.refused}) == (1, {foreign.pk, over.pk})
    action.refresh_from_db()
    assert action.due_at == at("2026-06-25 14:30")


@pytest.mark.parametrize("how", [{}, {"by_days": 0}, {"by_days": 400}, {"by_days": -1}])
def test_many_to_no_day(cast: Cast, action: NextAction, how: dict[str, int]) -> None:
    moved = postpone_many(ids=[action.pk], reason="customer", actor=cast.owner, now=NOW, **how)
    assert (moved.done, moved.shift) == (0, None)
    assert not Postponement.objects.exists()


def test_taken_back_where_nobody_has_changed_anything(cast: Cast, action: NextAction) -> None:
    other = planned(action.lead, "2026-06-17 10:00", actor=cast.owner, now=NOW)
    ids = [action.pk, other.pk]
    shift = postpone_many(ids=ids, by_days=7, reason="customer", actor=cast.owner, now=NOW).shift
    assert shift is not None
    other.refresh_from_db()
    put_off(other, "2026-06-30 10:00", cast)
    with pytest.raises(NotFound):
        move_back(shift=shift, actor=cast.manager, now=NOW)
    assert move_back(shift=shift, actor=cast.owner, now=NOW) == 1
    for one in (action, other):
        one.refresh_from_db()
    assert (action.due_at, action.moves) == (at("2026-06-16 14:30"), 0)
    assert (other.due_at, other.moves) == (at("2026-06-30 10:00"), 2)
    counted = postponed(start=NOW, end=NOW + timedelta(days=1)).values_list("action", flat=True)
    assert list(counted) == [other.pk, other.pk]
    with pytest.raises(Conflict):
        move_back(shift=shift, actor=cast.owner, now=NOW)


def test_of_two_who_move_it_at_once_one_does(shared_database: None, cast: Cast) -> None:
    lead = a_lead(owner=cast.owner, now=NOW)
    action = planned(lead, "2026-06-16 14:30", actor=cast.owner, now=NOW)
    copies = [NextAction.objects.select_related("lead", "owner").get(pk=action.pk) for _ in range(4)]
    start, told = threading.Barrier(4), []

    def run(index: int) -> None:
        start.wait()
        try:
            put_off(copies[index], f"2026-06-{20 + index} 10:00", cast)
            told.append("moved")
        except LeadloopError:
            told.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["moved", "refused", "refused", "refused"]
    assert Postponement.objects.count() == 1
    assert NextAction.objects.get().moves == 1
