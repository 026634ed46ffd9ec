"""A simulated quarter: the share of first follow-ups in time is what counting them by hand gives."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from tests.cast import Cast
from tests.clocks.things import CHINA, at, check_recomputed
from tests.factories import a_lead, loss_reason

from leadloop.clocks.operations import sweep
from leadloop.clocks.queries import responses, timeliness, timeliness_by_owner
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.operations import (
    assign_lead,
    claim_lead,
    log_follow_up,
    lose_lead,
    release_lead,
    reopen_lead,
)
from leadloop.people.models import User

LEADS = 90
START, END = at("2026-01-01 00:00"), at("2026-04-01 00:00")

# As the government published them; written down here so that nothing of the program is asked.
FREE = {date(2026, 1, n) for n in (1, 2, 3)} | {date(2026, 2, n) for n in range(15, 24)}
WORKED_WEEKENDS = {date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28)}


def is_worked(day: date) -> bool:
    return day in WORKED_WEEKENDS or (day.weekday() < 5 and day not in FREE)


def next_worked(day: date) -> date:
    day += timedelta(days=1)
    while not is_worked(day):
        day += timedelta(days=1)
    return day


def due_by_hand(since: datetime) -> datetime:
    """The same time of day on the next working day; before nine is nine, after six is six."""
    local = since.astimezone(CHINA)
    day, clock = local.date(), local
    if not is_worked(day):
        day = next_worked(day)
        clock = local.replace(hour=9, minute=0, second=0)
    minutes = min(max(clock.hour * 60 + clock.minute, 9 * 60), 18 * 60)
    due = next_worked(day)
    return datetime(due.year, due.month, due.day, minutes // 60, minutes % 60, tzinfo=CHINA)


class Counted(NamedTuple):
    lead: int
    owner: int
    decided: datetime
    met: bool


def by_hand(lead: Lead) -> Iterator[Counted]:
    """What an accountant would do with the printed journal of one lead."""
    owner, since, contacted, is_open = None, None, False, True
    for row in Event.objects.filter(lead_id=lead.pk).order_by("occurred_at", "id"):
        stops = row.kind in {"assigned", "released", "followed_up", "lost", "reopened"}
        if row.kind == "assigned" and row.owner_id == owner:
            stops = False
        if stops and since is not None and not contacted:
            due = due_by_hand(since)
            if row.kind == "followed_up":
                yield Counted(lead.pk, owner, min(row.occurred_at, due), row.occurred_at <= due)
            elif row.occurred_at >= due:
                yield Counted(lead.pk, owner, due, False)
            since = None
        if row.kind == "assigned" and row.owner_id != owner:
            owner = row.owner_id
            since = row.occurred_at if is_open and not contacted else None
        elif row.kind == "released":
            owner = None
        elif row.kind == "followed_up":
            contacted = True
        elif row.kind == "lost":
            is_open = False
        elif row.kind == "reopened":
            is_open = True
            since = row.occurred_at if owner is not None and not contacted else None
    if since is not None and not contacted:
        yield Counted(lead.pk, owner, due_by_hand(since), False)


def live_one(dice: random.Random, cast: Cast) -> Lead:
    """One lead's weeks: owned or claimed, perhaps given on, closed, reopened, followed up in time or not."""
    people = [cast.owner, cast.teammate, cast.stranger]
    now = START + timedelta(minutes=dice.randrange(80 * 24 * 60))
    owner: User | None = dice.choice([*people, None])
    lead = a_lead(owner=owner, grade=dice.choice("ABC"), now=now)
    for _ in range(dice.randrange(5)):
        now += timedelta(minutes=int(dice.expovariate(1 / 1_200)) + 1)
        lead.refresh_from_db()
        if lead.state == "lost":
            reopen_lead(lead=lead, actor=None, now=now, reason="back")
        elif lead.owner is None:
            claim_lead(lead=lead, actor=dice.choice(people), now=now)
        else:
            _something(dice, cast, lead, people, now)
    return lead


def _something(dice: random.Random, cast: Cast, lead: Lead, people: list[User], now: datetime) -> None:
    what = dice.random()
    if what < 0.5:
        late = timedelta(minutes=dice.choice([0, 0, 0, 90, 2_000]))
        happened = max(now - late, lead.captured_at)
        log_follow_up(lead=lead, actor=None, now=now, occurred_at=happened)
    elif what < 0.7:
        other = [person for person in people if person != lead.owner]
        assign_lead(lead=lead, owner=dice.choice(other), actor=None, now=now)
    elif what < 0.85:
        release_lead(lead=lead, actor=None, now=now)
    else:
        lose_lead(lead=lead, reason=loss_reason("budget_too_small"), actor=None, now=now)


@pytest.fixture
def quarter(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Lead]:
    # Claiming one's own former lead is another rule's matter.
    monkeypatch.setattr("leadloop.leads.operations.ownership._claim_checks", [])
    dice = random.Random(20260101)
    return [live_one(dice, cast) for _ in range(LEADS)]


def test_timeliness_is_what_counting_by_hand_gives(quarter: list[Lead], cast: Cast) -> None:
    counted = [row for lead in quarter for row in by_hand(lead)]
    inside = [row for row in counted if START <= row.decided < END]
    assert len(inside) > 50
    shown = timeliness(start=START, end=END, now=END)
    assert (shown.met, shown.n) == (sum(row.met for row in inside), len(inside))
    assert shown.share is not None
    assert 0.2 < shown.share < 0.9

    by_owner = timeliness_by_owner(start=START, end=END, now=END)
    for person in (cast.owner, cast.teammate, cast.stranger):
        own = [row for row in inside if row.owner == person.pk]
        assert (by_owner[person.pk].met, by_owner[person.pk].n) == (sum(row.met for row in own), len(own))

    months = [at(f"2026-0{month}-01 00:00") for month in (1, 2, 3, 4)]
    for start, end in pairwise(months):
        found = timeliness(start=start, end=end, now=END)
        month = [row for row in inside if start <= row.decided < end]
        assert (found.met, found.n) == (sum(row.met for row in month), len(month))


def test_every_figure_opens_to_the_leads_that_it_counts(quarter: list[Lead], cast: Cast) -> None:
    teams = [cast.key_accounts.pk]
    shown = timeliness(start=START, end=END, now=END, teams=teams)
    rows = responses(start=START, end=END, now=END, teams=teams)
    assert rows.count() == shown.n
    own = [row for lead in quarter for row in by_hand(lead) if START <= row.decided < END]
    reps = {cast.owner.pk, cast.teammate.pk}
    assert sorted(rows.values_list("lead_id", flat=True)) == sorted(r.lead for r in own if r.owner in reps)


def test_the_quarter_is_the_same_however_it_was_computed(quarter: list[Lead]) -> None:
    before = timeliness(start=START, end=END, now=END)
    check_recomputed()
    sweep(now=END)
    assert timeliness(start=START, end=END, now=END) == before
