"""The fold again, in plain Python, one event after the other: slow, and written without looking at the
other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadloop.analysis.tables import CANONICAL, Stage


@dataclass
class Stay:
    position: int
    entered: datetime
    left: datetime | None = None
    ending: str = "open"
    reason: str | None = None


@dataclass
class Life:
    """A lead walking through its events."""

    top: int
    captured: datetime
    stays: list[Stay] = field(default_factory=list)
    outcome: str = "open"
    amount: float | None = None
    lost_moment: datetime | None = None
    owner: str | None = None
    team: str | None = None
    excluded: set[str] = field(default_factory=set)
    early: bool = False

    def stand(self, position: int, at: datetime) -> None:
        """Begin a stay, closing the one before."""
        if self.stays:
            last = self.stays[-1]
            if last.position == position and self.outcome != "lost":
                return
            if last.ending != "lost":
                last.left = at
                last.ending = "advanced" if position > last.position else "returned"
        self.stays.append(Stay(position, at))

    def before_winning(self) -> int:
        return next((stay.position for stay in reversed(self.stays) if stay.position != self.top), 1)

    def move(self, position: int, at: datetime) -> None:
        self.stand(position, at)
        self.outcome = "open"
        if position == self.top:
            self.win(at)

    def win(self, at: datetime) -> None:
        if self.outcome == "won":
            return
        self.stand(self.top, at)
        self.outcome = "won"
        self.stays[-1].ending, self.stays[-1].left = "won", self.stays[-1].entered

    def lose(self, position: int | None, at: datetime, reason: str | None) -> None:
        standing = self.before_winning() if self.outcome == "won" else self.stays[-1].position
        place = standing if position in (None, self.top) else position
        if place != self.stays[-1].position:
            self.stand(place, at)
        stay = self.stays[-1]
        stay.ending, stay.left, stay.reason = "lost", at, reason
        self.outcome = "lost"

    def reopen(self, position: int | None, at: datetime) -> None:
        standing = self.before_winning() if self.outcome == "won" else self.stays[-1].position
        place = standing if position in (None, self.top) else position
        self.stand(place, at)
        self.outcome = "open"


def live(
    lead: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    stages: Sequence[Stage],
    as_of: datetime,
    *,
    canonical: bool = False,
) -> Life | None:
    """The life of one lead as of a moment; None if it was not captured by then."""
    if lead["captured_at"] > as_of:
        return None
    places, top = _places([stage for stage in stages if stage.process == lead["process"]], canonical)
    life = Life(top, lead["captured_at"], owner=lead["owner"], team=lead["team"])
    known = [event for event in events if event["occurred_at"] <= as_of]
    born = [event for event in known if event["kind"] == "registered"]
    rest = [event for event in known if event["kind"] != "registered"]
    first = places.get(born[0]["stage"], 1) if born else 1
    life.move(first, life.captured)
    for event in sorted(rest, key=lambda one: (one["occurred_at"], one["sequence"])):
        _happen(life, event, places)
    return life


def _places(stages: Sequence[Stage], canonical: bool) -> tuple[dict[str | None, int], int]:
    top = next(stage for stage in stages if stage.won)
    if not canonical:
        return {stage.key: stage.position for stage in stages}, top.position
    return {
        stage.key: stage.canonical if stage.won else min(stage.canonical, top.canonical - 1)
        for stage in stages
    }, top.canonical


def _happen(life: Life, event: Mapping[str, Any], places: Mapping[str | None, int]) -> None:
    kind, at = event["kind"], max(event["occurred_at"], life.captured)
    place = places.get(event["stage"])
    if kind in ("stage", "won", "lost", "reopened") and (kind != "stage" or place):
        life.early |= event["occurred_at"] < life.captured
    if kind == "stage" and place is not None:
        life.move(place, at)
    elif kind == "won":
        life.win(at)
        life.amount = event["amount"] if event["amount"] is not None else life.amount
    elif kind == "lost":
        life.lose(place, at, event["reason"])
    elif kind == "reopened":
        life.reopen(place, at)
    elif kind in ("assigned", "released"):
        life.owner = event["owner"] if kind == "assigned" else None
        life.team = event["team"] or life.team
    elif kind in ("invalidated", "merged", "withdrawn"):
        life.excluded.add({"invalidated": "invalid"}.get(kind, kind))
    elif kind in ("validated", "unmerged"):
        life.excluded.discard({"validated": "invalid", "unmerged": "merged"}[kind])


def endings(life: Life, height: int) -> list[str | None]:
    """How each stage ended for the lead, counted once: what ``end_1 … end_N`` must be."""
    reached = max(stay.position for stay in life.stays)
    found: list[str | None] = []
    for k in range(1, height + 1):
        numbers = [i for i, stay in enumerate(life.stays) if stay.position == k]
        if not numbers:
            found.append("skipped" if reached > k else None)
            continue
        i = numbers[-1]
        ending = life.stays[i].ending
        if ending == "lost" and i + 1 < len(life.stays):
            ending = "advanced" if life.stays[i + 1].position > k else "returned"
        found.append(ending)
    return found


HEIGHT = len(CANONICAL)
