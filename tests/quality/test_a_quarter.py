"""A simulated quarter, lived through by three salespeople with a fixed seed: what the page shows is what
somebody finds who kept a list of everything beside it, and counts that list.

The list is written by the simulation, not read from the program, and the count uses nothing of the program.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from tests.actions.things import CHINA, at
from tests.cast import Cast
from tests.clocks.test_a_quarter import due_by_hand, is_worked
from tests.factories import a_lead, loss_reason, stage

from leadloop.actions.operations import Planned, plan, postpone
from leadloop.discovery.operations import answer, remove
from leadloop.followup.operations import log
from leadloop.followup.rules import FollowUpFacts
from leadloop.leads.models import Lead
from leadloop.leads.operations import assign_lead, invalidate_lead, lose_lead, move_stage, win_lead
from leadloop.people.models import User

LEADS = 110
START, END = at("2026-01-01 00:00"), at("2026-04-01 00:00")
PAGE = "/follow-up/?period=2026-Q1"
STAGES = ("captured", "screened", "need", "proposal", "negotiation")


@dataclass
class Page:
    """What the list says of one lead."""

    owner: str
    team: str
    captured: datetime
    given: list[tuple[datetime, str]]
    contacts: list[tuple[datetime, datetime, str]] = field(default_factory=list)
    """When it was, when it was written down, by whom."""
    answers: dict[str, list[datetime]] = field(default_factory=dict)
    went_on: datetime | None = None
    ended: datetime | None = None
    invalid: bool = False
    put_off: list[tuple[datetime, str]] = field(default_factory=list)


class Simulation:
    def __init__(self, cast: Cast) -> None:
        self.dice = random.Random(20260101)
        self.people = {"Owner": cast.owner, "Teammate": cast.teammate, "Stranger": cast.stranger}
        self.teams = {"Owner": "Key accounts", "Teammate": "Key accounts", "Stranger": "South"}
        self.pages: list[Page] = []

    def live(self) -> None:
        for _ in range(LEADS):
            self._lead()

    def _lead(self) -> None:
        dice = self.dice
        now = at("2025-12-10 00:00") + timedelta(minutes=dice.randrange(105 * 24 * 60))
        name = dice.choice(list(self.people))
        lead = a_lead(owner=self.people[name], grade=dice.choice("ABC"), now=now)
        page = Page(name, self.teams[name], now, [(now, name)])
        self.pages.append(page)
        what: list[Callable[[Lead, Page, datetime], None]] = [
            self._contact, self._contact, self._contact, self._answer, self._answer, self._answer,
            self._answer, self._advance, self._advance, self._plan, self._give,
        ]  # fmt: skip
        for _ in range(dice.randrange(1, 16)):
            now += timedelta(minutes=int(dice.expovariate(1 / 1_100)) + 1)
            dice.choice(what)(lead, page, now)
            lead.refresh_from_db()
        self._end(lead, page, now + timedelta(hours=1))

    def _me(self, page: Page) -> User:
        return self.people[page.owner]

    def _contact(self, lead: Lead, page: Page, now: datetime) -> None:
        behind = timedelta(minutes=self.dice.choice([0, 0, 0, 120, 1_500, 4_000]))
        happened = max(now - behind, page.captured)
        facts = FollowUpFacts(way="phone", mood="hesitant", at=happened)
        log(lead=lead, facts=facts, actor=self._me(page), now=now)
        page.contacts.append((happened, now, page.owner))

    def _answer(self, lead: Lead, page: Page, now: datetime) -> None:
        missing = [part for part in "spin" if part not in page.answers] or list("spin")
        part = self.dice.choice(missing)
        # What stands there word for word would not be written again.
        made = answer(lead=lead, part=part, text=f"客户说了 {now}", actor=self._me(page), now=now)
        if self.dice.random() < 0.1:
            remove(answer=made, actor=self._me(page), now=now + timedelta(seconds=30))
        else:
            page.answers.setdefault(part, []).append(now)

    def _advance(self, lead: Lead, page: Page, now: datetime) -> None:
        place = STAGES.index(lead.stage.key)
        target = min(place + self.dice.choice([1, 1, 2]), len(STAGES) - 1)
        if target == place:
            return
        move_stage(
            lead=lead, stage=stage(lead, STAGES[target]), reason="simulation", actor=self._me(page), now=now
        )
        if target >= STAGES.index("proposal"):
            page.went_on = page.went_on or now

    def _plan(self, lead: Lead, page: Page, now: datetime) -> None:
        action = plan(lead=lead, facts=Planned(due_at=now + timedelta(days=2)), actor=self._me(page), now=now)
        for days in range(self.dice.randrange(3)):
            to = action.due_at + timedelta(days=days + 1)
            postpone(action=action, to=to, reason="customer", actor=self._me(page), now=now)
            page.put_off.append((now, page.owner))

    def _give(self, lead: Lead, page: Page, now: datetime) -> None:
        other = self.dice.choice([name for name in self.people if name != page.owner])
        assign_lead(lead=lead, owner=self.people[other], actor=None, now=now)
        page.owner, page.team = other, self.teams[other]
        page.given.append((now, other))

    def _end(self, lead: Lead, page: Page, now: datetime) -> None:
        chance = self.dice.random()
        if chance < 0.2:
            lose_lead(lead=lead, reason=loss_reason("budget_too_small"), actor=self._me(page), now=now)
        elif chance < 0.35:
            win_lead(lead=lead, amount=Decimal(1), actor=self._me(page), now=now)
            page.went_on = page.went_on or now
        elif chance < 0.42:
            invalidate_lead(lead=lead, reason="test", actor=self._me(page), now=now)
            page.invalid = True
        else:
            return
        page.ended = now


def first_follow_ups(page: Page) -> Iterator[tuple[str, str, bool]]:
    """(whose clock, team, in time) of those decided in the quarter."""
    first = min((happened for happened, _, _ in page.contacts), default=None)
    until = [moment for moment, _ in page.given[1:]] + [None]
    for (since, name), given_on in zip(page.given, until, strict=True):
        if first is not None and first < since:
            return
        due = due_by_hand(since)
        stops = [moment for moment in (first, given_on, page.ended) if moment is not None]
        stop = min(stops, default=None)
        if stop is not None and stop < due and stop != first:
            continue  # given on or closed in time: nobody can say
        met = first is not None and stop == first and first <= due
        decided = first if met else due
        if START <= decided < END:
            yield name, met
        if stop is None or stop in (first, page.ended):
            return


def is_late(happened: datetime, written: datetime) -> bool:
    """Written down behind the midnight after the working day of the contact."""
    day = happened.astimezone(CHINA).date()
    while not is_worked(day):
        day += timedelta(days=1)
    return written > datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)


@dataclass
class Sums:
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, name: str, what: str) -> None:
        self.counts[name, what] += 1

    def of(self, *names: str) -> dict[str, int]:
        found: dict[str, int] = dict.fromkeys(WHAT, 0)
        for (name, what), count in self.counts.items():
            if name in names:
                found[what] += count
        return found


WHAT = ("answered", "in_time", "decided", "complete", "followed", "logged_late", "put_off")


def counted(pages: list[Page]) -> Sums:
    sums = Sums()
    for page in pages:
        if page.invalid:
            continue
        for name, met in first_follow_ups(page):
            sums.add(name, "answered")
            if met:
                sums.add(name, "in_time")
        if page.went_on is not None and START <= page.went_on < END:
            sums.add(page.owner, "decided")
            if all(min(page.answers.get(part, [END])) <= page.went_on for part in "spin"):
                sums.add(page.owner, "complete")
        for happened, written, name in page.contacts:
            if START <= happened < END:
                sums.add(name, "followed")
                if is_late(happened, written):
                    sums.add(name, "logged_late")
        for moment, name in page.put_off:
            if START <= moment < END:
                sums.add(name, "put_off")
    return sums


def on_page(line) -> dict[str, int]:
    return {
        "answered": line.timeliness.whole.count,
        "in_time": line.timeliness.part.count,
        "decided": line.completeness.whole.count,
        "complete": line.completeness.part.count,
        "followed": line.followed.count,
        "logged_late": line.late.part.count,
        "put_off": line.put_off.count,
    }


@pytest.fixture
def quarter(cast: Cast) -> Simulation:
    found = Simulation(cast)
    found.live()
    return found


def test_the_page_shows_what_the_list_says(quarter: Simulation, cast: Cast, client_for) -> None:
    """One test of all of it: the quarter takes half a minute to live through."""
    _for_operations(quarter, client_for(cast.ops))
    for viewer, mine in (
        (cast.owner, {"Owner"}),
        (cast.stranger, {"Stranger"}),
        (cast.manager, {"Owner", "Teammate"}),
        (cast.other_manager, {"Stranger"}),
    ):
        _for_one(quarter, client_for(viewer), mine)
    _month_by_month(client_for(cast.ops))


def _for_operations(quarter: Simulation, client: Client) -> None:
    sums, names = counted(quarter.pages), tuple(quarter.people)
    everything = sums.of(*names)
    # Enough of everything for the comparison to mean something.
    assert everything["answered"] > everything["in_time"] > 30
    assert everything["decided"] > everything["complete"] > 5
    assert everything["followed"] > everything["logged_late"] > 20
    assert everything["put_off"] > 20

    page = client.get(PAGE)
    assert on_page(page.context["total"]) == everything
    assert {line.name: on_page(line) for line in page.context["lines"]} == {
        name: sums.of(name) for name in names
    }
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.content.decode()))
    for part, whole in (("in_time", "answered"), ("complete", "decided")):
        assert f"{100 * everything[part] / everything[whole]:.1f}%" in words


def _for_one(quarter: Simulation, client: Client, mine: set[str]) -> None:
    """Of leads that are theirs now; what was somebody else's clock stays in that person's line."""
    sums = counted([page for page in quarter.pages if page.owner in mine])
    lines = {line.name: on_page(line) for line in client.get(PAGE).context["lines"]}
    assert lines == {name: sums.of(name) for name in quarter.people if any(sums.of(name).values())}


def _month_by_month(client: Client) -> None:
    whole = on_page(client.get(PAGE).context["total"])
    months = [on_page(client.get(f"/follow-up/?period=2026-0{n}").context["total"]) for n in (1, 2, 3)]
    assert {what: sum(month[what] for month in months) for what in WHAT} == whole
