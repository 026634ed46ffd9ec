"""Full desks: a rep with so many open leads, a manager with so many reps, all with actions and clocks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count

from leadloop.actions import rules
from leadloop.actions.models import NextAction
from leadloop.clocks.operations import recompute_many, sweep
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead, State
from leadloop.people.models import Role, Team, User
from leadloop.people.operations import Place, create_user
from leadloop.warnings.operations import sweep as sweep_warnings

WITH_ACTION = 0.7
BATCH = 500


def full_desks(*, reps: int, each: int) -> dict[str, int]:
    """``rep`` and ``reps - 1`` new colleagues of the team of ``manager`` get ``each`` open leads."""
    rep = User.objects.get(username="rep")
    team = Team.objects.get(memberships__user__username="manager", memberships__role=Role.MANAGER)
    people = [rep, *(_colleague(number, team) for number in range(1, reps))]
    ids = list(
        Lead.objects.filter(state=State.OPEN).order_by("-captured_at", "pk").values_list("pk", flat=True)
    )
    moment = now()
    with transaction.atomic():
        Lead.objects.filter(owner__in=people, state=State.OPEN).update(owner=None)
        for place, person in enumerate(people):
            own = ids[place * each : (place + 1) * each]
            Lead.objects.filter(id__among=own).update(owner=person, team=team, assigned_at=moment)
        NextAction.objects.bulk_create(_actions(people, ids, each), batch_size=BATCH)
    recompute_many(ids)
    sweep(now=moment)
    sweep_warnings(now=moment)
    held = Lead.objects.filter(owner__in=people, state=State.OPEN)
    counts = dict(held.order_by().values_list("owner__username").annotate(Count("pk")))
    return {"rep": counts.get("rep", 0), "team": sum(counts.values()), "reps": len(counts)}


def _colleague(number: int, team: Team) -> User:
    return create_user(
        username=f"desk{number}",
        display_name=f"Desk {number}",
        password=None,
        places=[Place(Role.REP, team)],
        actor=None,
        now=now(),
    )


def _actions(people: Sequence[User], ids: Sequence[int], each: int) -> list[NextAction]:
    """From ten days ago to three weeks ahead."""
    dice = random.Random(7)  # noqa: S311 - invented data
    moment, zone, found = now(), ZoneInfo("Asia/Shanghai"), []
    for place, person in enumerate(people):
        for pk in ids[place * each : (place + 1) * each]:
            if dice.random() > WITH_ACTION:
                continue
            due = rules.due_of(moment + timedelta(hours=dice.randint(-240, 500)), dice.random() < 0.5, zone)
            found.append(
                NextAction(
                    lead_id=pk,
                    owner=person,
                    title="Next step",
                    due_at=due.at,
                    due_on=due.on,
                    has_time=due.has_time,
                    created_at=moment,
                    changed_at=moment,
                )
            )
    return found
