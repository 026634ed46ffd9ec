"""Grading many leads, and trying rules on them."""

from __future__ import annotations

import random
import time
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from leadloop.cli.bench.figures import seconds
from leadloop.foundation.clock import now
from leadloop.grading.facts import fields, policy_data
from leadloop.grading.impact import impact_of
from leadloop.grading.models import Grading, Qualification
from leadloop.grading.operations import grade_many
from leadloop.grading.policies import read_policy
from leadloop.leads.models import Lead, State
from leadloop.people.models import User
from leadloop.process.queries import current_version, default_process

SEED = 7
CHUNK = 5_000


def ready_to_grade(*, leads: int) -> int:
    """So many open leads without a grade, four of five with answers. The same for the same data set."""
    moment = now()
    chosen = list(Lead.objects.order_by("-id").values_list("pk", flat=True)[:leads])
    dice = random.Random(SEED)  # noqa: S311 - test data
    for start in range(0, len(chosen), CHUNK):
        ids = chosen[start : start + CHUNK]
        with transaction.atomic():
            Lead.objects.filter(pk__among=ids).update(
                state=State.OPEN, grade="", closed_at=None, loss_reason=None, second_loss_reason=None
            )
            answered = [pk for pk in ids if dice.random() < 0.8]
            Qualification.objects.bulk_create(
                [_answers(pk, dice, moment) for pk in answered], ignore_conflicts=True
            )
    return len(chosen)


def _answers(pk: int, dice: random.Random, moment: datetime) -> Qualification:
    return Qualification(
        lead_id=pk,
        budget=dice.choice(["", "named", "named", "planned", "none"]),
        need=dice.choice(["", "matches", "matches", "partly", "no"]),
        authority=dice.choice(["", "decides", "has_say", "none"]),
        purchase_by=_day(dice, moment),
        intent=dice.choice([None, 1, 2, 3, 4, 5]),
        changed_at=moment,
    )


def _day(dice: random.Random, moment: datetime) -> date | None:
    return None if dice.random() < 0.3 else moment.date() + timedelta(days=dice.randrange(10, 500))


def regrade(*, leads: int, rounds: int) -> dict[str, Any]:
    """Seconds of grading them for the first time, again at once, and a month later; and of trying rules."""
    ids = list(Lead.objects.filter(state=State.OPEN).order_by("-id").values_list("pk", flat=True)[:leads])
    moment = now()
    started = time.perf_counter()
    graded = grade_many(lead_ids=ids, now=moment)
    first = time.perf_counter() - started
    again = [seconds(lambda: grade_many(lead_ids=ids, now=moment)) for _ in range(rounds)]
    later = []
    moved = 0
    for month in range(1, rounds + 1):
        started = time.perf_counter()
        moved += grade_many(lead_ids=ids, now=moment + timedelta(days=30 * month))
        later.append(time.perf_counter() - started)
    return {
        "leads": len(ids),
        "graded": graded,
        "rows": Grading.objects.count(),
        "first": first,
        "again": again,
        "later": later,
        "moved": moved,
        "impact": [seconds(_try_rules) for _ in range(rounds)],
        "bare": [_bare_rows() for _ in range(rounds)],
    }


class _Undo(Exception):
    """Ends a transaction without keeping it."""


def _bare_rows() -> float:
    """The yardstick: the same verdicts, already known, by Django's ``bulk_create``; seconds."""
    rows = list(Grading.objects.all())
    taken = 0.0
    try:
        with transaction.atomic():
            Grading.objects.all().delete()
            taken = seconds(lambda: Grading.objects.bulk_create(rows, batch_size=1_000))
            raise _Undo
    except _Undo:
        return taken


def _try_rules() -> None:
    """What the page of the rules counts whenever something on it was changed."""
    process = default_process()
    offered = fields()
    policy = read_policy(*policy_data(current_version(process)), offered)
    impact_of(policy, offered, process=process, user=User.objects.get(username="ops"), now=now())
