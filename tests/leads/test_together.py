"""Somebody does one thing with many leads, and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_lead, a_lost_lead, hours

from leadloop.clocks.operations import sweep
from leadloop.foundation.errors import Conflict, DataError, NotFound
from leadloop.foundation.messages import from_data
from leadloop.journal.models import Event
from leadloop.leads.models import BulkAction, BulkItem, BulkKind, BulkStatus, ItemOutcome, Lead
from leadloop.leads.operations import edit_lead, log_follow_up, together
from leadloop.people.models import User

pytestmark = pytest.mark.django_db


class Ticking:
    def __init__(self, start: datetime | None = None) -> None:
        self.now = start or NOW + hours(1)

    def __call__(self) -> datetime:
        self.now += hours(0.001)
        return self.now


def do(kind: BulkKind, leads: Iterable[Lead], actor: User, **params: Any) -> BulkAction:
    action = together.start(
        kind=kind, params=params, lead_ids=[lead.pk for lead in leads], actor=actor, now=NOW + hours(1)
    )
    together.go_on(action_id=action.pk, clock=Ticking())
    action.refresh_from_db()
    return action


def take_back(action: BulkAction) -> BulkAction:
    together.undo(action=action, actor=action.actor, now=NOW + hours(2))
    together.go_on(action_id=action.pk, clock=Ticking(NOW + hours(2)))
    action.refresh_from_db()
    return action


def outcomes(action: BulkAction) -> list[str]:
    return list(action.items.order_by("lead_id").values_list("outcome", flat=True))


def told(item: BulkItem) -> str:
    assert item.message is not None
    return str(from_data(item.message))


def state(lead: Lead) -> dict[str, Any]:
    fresh = Lead.objects.get(pk=lead.pk)
    return {
        "owner": fresh.owner_id, "team": fresh.team_id, "grade": fresh.grade, "stage": fresh.stage.key,
        "state": fresh.state, "validity": fresh.validity,
        "tags": sorted(tag.name for tag in fresh.tags.all()),
    }  # fmt: skip


def owned(cast: Cast, **facts: Any) -> Lead:
    return a_lead(owner=cast.owner, team=cast.key_accounts, **facts)


CASES: dict[BulkKind, tuple[Callable[[Cast], dict[str, Any]], Callable[[Cast], dict[str, Any]]]] = {
    BulkKind.ASSIGN: (lambda cast: {"owner": cast.teammate.pk}, lambda cast: {"owner": cast.teammate.pk}),
    BulkKind.GRADE: (lambda cast: {"grade": "A"}, lambda cast: {"grade": "A"}),
    BulkKind.STAGE: (lambda cast: {"stage": "screened"}, lambda cast: {"stage": "screened"}),
    BulkKind.TAG: (lambda cast: {"tags": ["VIP"]}, lambda cast: {"tags": ["VIP", "展会"]}),
    BulkKind.UNTAG: (lambda cast: {"tags": ["展会"]}, lambda cast: {"tags": []}),
    BulkKind.INVALIDATE: (lambda cast: {"reason": "test"}, lambda cast: {"state": "invalid"}),
}


@pytest.mark.parametrize("kind", CASES)
def test_it_is_done_to_each_lead_and_taken_back_again(kind: BulkKind, cast: Cast) -> None:
    leads = [owned(cast, grade="B", tags=("展会",), validity="unclear") for _ in range(3)]
    before = [state(lead) for lead in leads]
    params, after = CASES[kind]
    action = do(kind, leads, cast.manager, **params(cast))
    assert (action.status, outcomes(action)) == (BulkStatus.DONE, ["done"] * 3)
    for lead, was in zip(leads, before, strict=True):
        assert {name: state(lead)[name] for name in after(cast)} == after(cast)
        assert state(lead) != was
    take_back(action)
    assert (action.status, outcomes(action)) == (BulkStatus.UNDONE, ["restored"] * 3)
    assert [state(lead) for lead in leads] == before


def test_each_lead_has_its_journal_rows(cast: Cast) -> None:
    leads = [owned(cast) for _ in range(3)]
    do(BulkKind.ASSIGN, leads, cast.manager, owner=cast.teammate.pk)
    rows = Event.objects.filter(kind="assigned", owner_id=cast.teammate.pk)
    assert sorted(rows.values_list("lead_id", "actor_id")) == [(lead.pk, cast.manager.pk) for lead in leads]


def test_a_lead_from_the_pool_goes_back_there(cast: Cast) -> None:
    lead = a_lead(team=cast.key_accounts)
    action = do(BulkKind.ASSIGN, [lead], cast.manager, owner=cast.owner.pk)
    take_back(action)
    assert state(lead)["owner"] is None


def test_who_refuses_is_listed_with_the_reason_and_stops_nobody(cast: Cast) -> None:
    fine, foreign = owned(cast), a_lead(owner=cast.stranger, team=cast.south)
    lost = a_lost_lead(owner=cast.owner, team=cast.key_accounts)
    action = do(BulkKind.STAGE, [fine, foreign, lost], cast.manager, stage="screened")
    assert outcomes(action) == ["done", "refused", "refused"]
    assert [told(item) for item in action.items.filter(outcome="refused").order_by("id")] == [
        "There is no such lead.",
        "The lead is lost. Reopen it first.",
    ]
    assert state(foreign)["stage"] == "captured"


def test_what_is_so_already_is_left_alone(cast: Cast) -> None:
    lead = owned(cast, grade="A", tags=("VIP",))
    for kind, params in ((BulkKind.GRADE, {"grade": "A"}), (BulkKind.TAG, {"tags": ["VIP"]}),
                         (BulkKind.ASSIGN, {"owner": cast.owner.pk})):  # fmt: skip
        assert outcomes(do(kind, [lead], cast.manager, **params)) == ["same"]
    assert Event.objects.filter(lead_id=lead.pk, kind="edited").count() == 0


def test_undo_leaves_alone_what_somebody_has_worked_on_since(cast: Cast) -> None:
    touched, untouched = owned(cast, grade="B"), owned(cast, grade="B")
    action = do(BulkKind.GRADE, [touched, untouched], cast.manager, grade="C")
    fresh = Lead.objects.get(pk=touched.pk)
    log_follow_up(lead=fresh, actor=cast.owner, now=NOW + hours(1.5), note="called")
    # The owner of the other one was only reminded.
    assert sweep(now=NOW + hours(40)).steps
    take_back(action)
    assert outcomes(action) == ["kept", "restored"]
    assert (state(touched)["grade"], state(untouched)["grade"]) == ("C", "B")
    assert "Owner" in told(BulkItem.objects.get(action=action, lead=touched))


def test_skipping_needs_a_reason_and_undo_gives_one(cast: Cast) -> None:
    lead = owned(cast)
    assert outcomes(do(BulkKind.STAGE, [lead], cast.manager, stage="need")) == ["refused"]
    action = do(BulkKind.STAGE, [lead], cast.manager, stage="need", reason="met at the fair")
    take_back(action)
    assert state(lead)["stage"] == "captured"


@pytest.mark.parametrize(
    ("kind", "params", "field"),
    [
        (BulkKind.ASSIGN, {"owner": 0}, "owner"),
        (BulkKind.GRADE, {"grade": "Z"}, "grade"),
        (BulkKind.STAGE, {"stage": "nowhere"}, "stage"),
        (BulkKind.TAG, {"tags": [" "]}, "tags"),
        (BulkKind.INVALIDATE, {"reason": "other"}, "note"),
    ],
)
def test_what_no_lead_could_take_is_refused_at_once(
    kind: BulkKind, params: dict[str, Any], field: str, cast: Cast
) -> None:
    with pytest.raises(DataError) as refused:
        together.start(kind=kind, params=params, lead_ids=[a_lead().pk], actor=cast.ops, now=NOW)
    assert refused.value.field == field
    assert not BulkAction.objects.exists()


def test_there_is_a_most(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 1)
    with pytest.raises(DataError, match="at most 1"):
        do(BulkKind.GRADE, [a_lead(), a_lead()], cast.ops, grade="A")


def test_only_who_did_it_takes_it_back_and_only_once(cast: Cast) -> None:
    action = do(BulkKind.GRADE, [owned(cast)], cast.manager, grade="A")
    with pytest.raises(NotFound):
        together.undo(action=action, actor=cast.ops, now=NOW)
    take_back(action)
    with pytest.raises(Conflict):
        together.undo(action=action, actor=cast.manager, now=NOW)


class TestInterrupted:
    def test_what_is_left_is_done_later_and_nothing_twice(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leads = [owned(cast) for _ in range(4)]
        action = together.start(
            kind=BulkKind.GRADE, params={"grade": "A"}, lead_ids=[lead.pk for lead in leads],
            actor=cast.manager, now=NOW,
        )  # fmt: skip
        done: list[Any] = []
        real = together._carry_out

        def killed_after_two(*args: Any) -> None:
            if len(done) == 2:
                raise KeyboardInterrupt
            done.append(args)
            real(*args)

        monkeypatch.setattr(together, "_carry_out", killed_after_two)
        with pytest.raises(KeyboardInterrupt):
            together.go_on(action_id=action.pk, clock=lambda: NOW)
        monkeypatch.setattr(together, "_carry_out", real)
        assert outcomes(action) == ["done", "done", "waiting", "waiting"]
        assert together.unfinished(NOW) == []  # somebody is still believed to be at it
        assert together.unfinished(NOW + hours(1)) == [action.pk]
        together.go_on(action_id=action.pk, clock=Ticking(NOW + hours(1)))
        assert outcomes(action) == ["done"] * 4
        assert Event.objects.filter(kind="edited").count() == 4

    def test_who_comes_second_leaves_again(self, cast: Cast) -> None:
        action = together.start(
            kind=BulkKind.GRADE, params={"grade": "A"}, lead_ids=[a_lead().pk], actor=cast.ops, now=NOW
        )
        BulkAction.objects.filter(pk=action.pk).update(busy_until=NOW + hours(1))
        together.go_on(action_id=action.pk, clock=lambda: NOW)
        assert outcomes(action) == [ItemOutcome.WAITING]


def test_a_change_while_the_action_runs_is_not_overwritten(cast: Cast) -> None:
    """The lead as the operation reads it is the one it changes: there is no older copy to write back."""
    lead = owned(cast, grade="B", industry="机械")
    action = together.start(
        kind=BulkKind.GRADE, params={"grade": "A"}, lead_ids=[lead.pk], actor=cast.manager, now=NOW
    )
    edit_lead(lead=lead, changes={"industry": "电子"}, actor=cast.owner, now=NOW + hours(1))
    together.go_on(action_id=action.pk, clock=Ticking())
    fresh = Lead.objects.get(pk=lead.pk)
    assert (fresh.grade, fresh.industry) == ("A", "电子")
