"""Whatever is done to leads, the tables and the fold of the journal tell the same story."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cast import Cast
from tests.factories import NOW, a_channel, a_lead, hours

from leadloop.analysis import conversion
from leadloop.analysis.scope import Scope
from leadloop.foundation.errors import Conflict, DataError
from leadloop.leads import operations, queries
from leadloop.leads.models import Lead, State
from leadloop.people.permissions import visibility_of
from leadloop.process import queries as processes
from leadloop.process.models import LossReason, Stage
from leadloop.store.snapshots import open_snapshot

pytestmark = pytest.mark.django_db(transaction=True)

Step = Callable[[Lead, datetime], Any]


def steps(chance: random.Random, cast: Cast) -> dict[str, Step]:
    """What may happen to a lead, each with values drawn anew."""
    people = [cast.owner, cast.teammate, cast.stranger, cast.other_manager]

    def anywhere(lead: Lead) -> Stage:
        return chance.choice([s for s in processes.stages(lead.version) if not s.won])

    def edit(lead: Lead, now: datetime) -> None:
        values = {
            "industry": chance.choice(["制造业", "服务业", ""]),
            "channel": a_channel(chance.choice(["展会", "转介绍"])),
            "grade": chance.choice("ABC"),
            "customer": f"客户{chance.randrange(5)}",
            "expected_amount": chance.choice([None, Decimal("12.50")]),
        }
        name = chance.choice(list(values))
        operations.edit_lead(lead=lead, changes={name: values[name]}, actor=None, now=now)

    def lose(lead: Lead, now: datetime) -> None:
        reasons = chance.sample(list(LossReason.objects.all()), 2)
        operations.lose_lead(
            lead=lead, reason=reasons[0], second_reason=reasons[1], note="x", actor=None, now=now
        )

    return {
        "edit": edit,
        "lose": lose,
        "move": lambda lead, now: operations.move_stage(
            lead=lead, stage=anywhere(lead), actor=None, now=now, reason="x"
        ),
        "assign": lambda lead, now: operations.assign_lead(
            lead=lead, owner=chance.choice(people), actor=None, now=now
        ),
        "release": lambda lead, now: operations.release_lead(lead=lead, actor=None, now=now),
        "win": lambda lead, now: operations.win_lead(
            lead=lead, amount=Decimal(chance.randrange(1, 10**6)), actor=None, now=now
        ),
        "reopen": lambda lead, now: operations.reopen_lead(lead=lead, actor=None, now=now, reason="x"),
        "invalidate": lambda lead, now: operations.invalidate_lead(
            lead=lead, reason="test", actor=None, now=now
        ),
        "validate": lambda lead, now: operations.validate_lead(lead=lead, actor=None, now=now),
        "follow_up": lambda lead, now: operations.log_follow_up(lead=lead, actor=None, now=now),
        "withdraw": lambda lead, now: (
            chance.random() < 0.1 and operations.withdraw_lead(lead=lead, actor=None, now=now)
        ),
    }


def live(lead: Lead, chance: random.Random, cast: Cast, length: int) -> list[str]:
    """A random life; what a state forbids is refused, and then did not happen."""
    done = []
    verbs = steps(chance, cast)
    for turn in range(length):
        name = chance.choice(["move", "move", "follow_up", *verbs])
        lead = Lead.objects.get(pk=lead.pk)
        try:
            verbs[name](lead, NOW + hours(turn))
        except (Conflict, DataError):
            continue
        done.append(name)
    return done


@pytest.fixture
def lives(cast: Cast, settings: Any, tmp_path: Path) -> list[list[str]]:
    settings.STORE = tmp_path
    chance = random.Random(20260615)
    return [
        live(
            a_lead(
                owner=chance.choice([None, cast.owner, cast.stranger]),
                captured_at=NOW - hours(chance.random() * 90),
            ),
            chance,
            cast,
            length=chance.randrange(25),
        )
        for _ in range(60)
    ]


def told_by_tables(lead: Lead) -> dict[str, Any]:
    if lead.state in {State.INVALID, State.WITHDRAWN}:
        return {"excluded": lead.state}
    closed = lead.state in {State.WON, State.LOST}
    return {
        "excluded": None,
        "position": lead.stage.position,
        "outcome": lead.state if closed else "open",
        "decided_at": lead.closed_at if closed else None,
        "amount": None if lead.amount is None else float(lead.amount),
        "reason": None if lead.loss_reason_id is None else str(lead.loss_reason_id),
        "second_reason": None if lead.second_loss_reason_id is None else str(lead.second_loss_reason_id),
        "current_owner": None if lead.owner_id is None else str(lead.owner_id),
        "current_team": None if lead.team_id is None else str(lead.team_id),
        "in_pool": lead.owner_id is None,
        "assigned_at": lead.assigned_at,
        "first_followed_up_at": lead.first_followed_up_at,
        "follow_ups": lead.follow_up_count,
        "source": None if lead.channel_id is None else str(lead.channel_id),
        "industry": lead.industry or None,
        "grade": lead.grade or None,
        "customer_id": lead.customer_id,
        "expected_amount": None if lead.expected_amount is None else float(lead.expected_amount),
    }


def test_every_life_reads_the_same_in_the_tables_and_in_the_store(lives: list[list[str]]) -> None:
    journeys = {row["number"]: row for row in open_snapshot().journeys().journeys.to_pyarrow().to_pylist()}
    leads = list(Lead.objects.select_related("stage"))
    assert {name for life in lives for name in life} >= {
        "win",
        "lose",
        "reopen",
        "withdraw",
        "validate",
        "release",
    }
    assert {lead.number for lead in leads} == set(journeys)
    for lead in leads:
        told = told_by_tables(lead)
        assert {name: journeys[lead.number][name] for name in told} == told, lead.number


def test_everybody_counts_in_the_analysis_what_they_see_in_the_list(
    lives: list[list[str]], cast: Cast
) -> None:
    snapshot = open_snapshot()
    for who, user in cast.everybody().items():
        scope = Scope(as_of=snapshot.as_of, visibility=visibility_of(user))
        counted = conversion(snapshot.journeys(canonical=True), scope=scope).overall.leads
        assert counted == queries.visible(user).counted().count(), who
