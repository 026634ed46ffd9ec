"""The rules of :mod:`.rules` for many leads at once, by NumPy columns. A test holds the two together.

Moments are int64 microseconds since 1970; :data:`NEVER` stands for none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from leadloop.analysis.tables import Kind
from leadloop.clocks.limits import GRADES, Limit, Limits, Times
from leadloop.clocks.rules import ANSWERS, BITS, CLOSERS, LADDER, WAKERS

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = np.int64(np.iinfo(np.int64).min)
_LATEST = np.int64(np.iinfo(np.int64).max)
NOBODY = 0
KINDS: tuple[str, ...] = tuple(Kind)
_CODE: Mapping[str, int] = {kind: code for code, kind in enumerate(KINDS)}
MOMENTS = (
    "first_since",
    "first_remind_at",
    "first_due_at",
    "first_propose_at",
    "cadence_since",
    "cadence_due_at",
    "cadence_escalate_at",
    "handoff_since",
    "handoff_due_at",
    "silent_since",
    "pool_warn_at",
    "pool_due_at",
    "planned_at",
    "due_at",
    "next_at",
)


# By plain texts, as journal rows have them.
_BIT = {(str(clock), str(step)): bit for (clock, step), bit in BITS.items()}
_START = {(str(clock), str(step)): start for (clock, step), (start, _) in LADDER.items()}


@dataclass(frozen=True, slots=True)
class Events:
    """Journal rows of the timed kinds in the order in which they count; ``lead`` is a place in the leads."""

    lead: Ints
    kind: Ints
    """Places in :data:`KINDS`."""
    at: Ints
    owner: Ints
    team: Ints
    automatic: Bools
    steps: Mapping[tuple[int, str, int], set[str]] = field(default_factory=dict)
    """(lead, clock, start) -> steps of the ladder that were made."""

    def only(self, chosen: Bools) -> Events:
        return Events(
            lead=self.lead[chosen],
            kind=self.kind[chosen],
            at=self.at[chosen],
            owner=self.owner[chosen],
            team=self.team[chosen],
            automatic=self.automatic[chosen],
            steps=self.steps,
        )

    def are(self, *kinds: str) -> Bools:
        return np.isin(self.kind, [_CODE[kind] for kind in kinds])


@dataclass(frozen=True, slots=True)
class Standings:
    """What the table says of the leads now. ``grade`` is a place in GRADES, or -1."""

    open: Bools
    owner: Ints
    grade: Ints
    planned: Ints
    group: Ints
    """Place in the list of (limits, times) that hold for the lead."""


@dataclass(frozen=True, slots=True)
class Responses:
    """Clocks of the first follow-up, one a row, in the order of the leads."""

    lead: Ints
    owner: Ints
    team: Ints
    since: Ints
    ended: Ints
    followed: Bools

    def only(self, chosen: Bools) -> Responses:
        return Responses(
            lead=self.lead[chosen],
            owner=self.owner[chosen],
            team=self.team[chosen],
            since=self.since[chosen],
            ended=self.ended[chosen],
            followed=self.followed[chosen],
        )


@dataclass(slots=True)
class Histories:
    """What the journals say, a row a lead."""

    responses: Responses
    running: Ints
    """Since when the first response is owed."""
    last_contact: Ints
    woken: Ints
    silent: Ints
    handed_over: Ints


def fold(events: Events, leads: int) -> Histories:
    events = _standing(events)
    taken = _taken(events)
    contact = events.are(Kind.FOLLOWED_UP) & ~events.automatic
    silent = _last(events, taken | contact | events.are(Kind.REGISTERED, *WAKERS), leads)
    responses, running = _responses(events, taken, contact, leads)
    return Histories(
        responses=responses,
        running=running,
        last_contact=_last(events, contact, leads),
        woken=_last(events, events.are(*WAKERS), leads),
        silent=silent,
        handed_over=_handed_over(events, leads),
    )


def _standing(events: Events) -> Events:
    """Without contacts that were taken back. Corrections are rare: one after the other."""
    back = np.flatnonzero(events.are(Kind.TAKEN_BACK))
    if not len(back):
        return events
    stands = ~events.are(Kind.TAKEN_BACK)
    contact = events.are(Kind.FOLLOWED_UP)
    for place in back:
        before = place - 1
        while (
            before >= 0
            and events.lead[before] == events.lead[place]
            and events.at[before] == events.at[place]
        ):
            stands[before] &= not contact[before]
            before -= 1
    return events.only(stands)


def _last(events: Events, chosen: Bools, leads: int) -> Ints:
    found = np.full(leads, NEVER)
    places = np.flatnonzero(chosen)
    found[events.lead[places]] = events.at[places]
    return found


def _taken(events: Events) -> Bools:
    """Rows by which somebody else than before becomes the owner."""
    names = events.are(Kind.REGISTERED, Kind.ASSIGNED) & (events.owner != NOBODY)
    own = np.flatnonzero(names | events.are(Kind.RELEASED))
    lead, owner = events.lead[own], np.where(names[own], events.owner[own], NOBODY)
    before = np.where(_same_as_before(lead), np.roll(owner, 1), NOBODY)
    found = np.zeros(len(events.lead), bool)
    found[own] = names[own] & (owner != before)
    return found


def _same_as_before(lead: Ints) -> Bools:
    same = np.zeros(len(lead), bool)
    same[1:] = lead[1:] == lead[:-1]
    return same


def _responses(events: Events, taken: Bools, contact: Bools, leads: int) -> tuple[Responses, Ints]:
    closer, waker, released = events.are(*CLOSERS), events.are(*WAKERS), events.are(Kind.RELEASED)
    turns = taken | contact | closer | waker | released
    turn = events.only(turns)
    taken, contact, closer, waker = taken[turns], contact[turns], closer[turns], waker[turns]
    owner = _carried(turn.lead, taken | released[turns], np.where(taken, turn.owner, NOBODY), NOBODY)
    is_open = _carried(turn.lead, closer | waker, waker.astype(np.int64), 1) == 1
    first_contact = np.full(leads, len(turn.lead), np.int64)
    places = np.flatnonzero(contact)[::-1]
    first_contact[turn.lead[places]] = places
    fresh = np.arange(len(turn.lead)) < first_contact[turn.lead]
    starts = np.flatnonzero((taken | waker) & is_open & (owner != NOBODY) & fresh)
    ends = np.append(turn.at[1:], NEVER)
    ends[:-1][turn.lead[1:] != turn.lead[:-1]] = NEVER
    followed = np.append(contact[1:], False)[starts] & (ends[starts] != NEVER)
    found = Responses(
        lead=turn.lead[starts],
        owner=owner[starts],
        team=_team_at(events, turns)[starts],
        since=turn.at[starts],
        ended=ends[starts],
        followed=followed,
    )
    running = np.full(leads, NEVER)
    still = found.ended == NEVER
    running[found.lead[still]] = found.since[still]
    return _without_moments(found), running


def _team_at(events: Events, turns: Bools) -> Ints:
    names = events.are(Kind.REGISTERED, Kind.ASSIGNED) & (events.team != NOBODY)
    return _carried(events.lead, names, events.team, NOBODY)[turns]


def _without_moments(found: Responses) -> Responses:
    """Without clocks that ended in the moment in which they began."""
    return found.only(found.followed | (found.ended != found.since))


def _carried(lead: Ints, says: Bools, value: Ints, otherwise: int) -> Ints:
    """Of each row the value of the last row of its lead that says something, itself included."""
    places = np.maximum.accumulate(np.where(says, np.arange(len(lead)), -1))
    known = (places >= 0) & (lead[places] == lead) if len(lead) else np.zeros(0, bool)
    return np.where(known, value[places], otherwise) if len(lead) else np.zeros(0, np.int64)


def _handed_over(events: Events, leads: int) -> Ints:
    found = _last(events, events.are(Kind.HANDED_OVER, *ANSWERS), leads)
    last = np.full(leads, -1)
    places = np.flatnonzero(events.are(Kind.HANDED_OVER, *ANSWERS))
    last[events.lead[places]] = places
    given = (last >= 0) & (events.kind[last] == _CODE[Kind.HANDED_OVER]) if len(events.kind) else last >= 0
    return np.where(given, found, NEVER)


def plan(
    histories: Histories, standings: Standings, groups: Sequence[tuple[Limits, Times]], events: Events
) -> dict[str, Ints]:
    """The columns of ``Timing``, a row a lead."""
    count = len(standings.open)
    found = {name: np.full(count, NEVER) for name in MOMENTS}
    held = standings.open & (standings.owner != NOBODY)
    found["planned_at"] = np.where(held, standings.planned, NEVER)
    found["first_since"] = np.where(held, histories.running, NEVER)
    found["handoff_since"] = np.where(held, histories.handed_over, NEVER)
    contacted = held & (histories.last_contact != NEVER)
    found["cadence_since"] = np.where(contacted, np.maximum(histories.last_contact, histories.woken), NEVER)
    found["silent_since"] = np.where(held, histories.silent, NEVER)
    for place, (limits, times) in enumerate(groups):
        _plan_group(found, standings, np.flatnonzero(held & (standings.group == place)), limits, times)
    dues = np.stack([found[name] for name in ("first_due_at", "cadence_due_at", "handoff_due_at")])
    found["due_at"] = _earliest(dues)
    found["steps"] = _steps(found, events)
    found["next_at"] = _next(found)
    return found


def _plan_group(
    found: dict[str, Ints], standings: Standings, rows: Ints, limits: Limits, times: Times
) -> None:
    def due(name: str, since: str, limit: Limit | None, of: Ints) -> None:
        if limit is None:
            return
        running = of[found[since][of] != NEVER]
        found[name][running] = limit.due_many(times, found[since][running])

    due("first_due_at", "first_since", limits.first_due, rows)
    if limits.first_due is None:
        found["first_since"][rows] = NEVER
    due("first_remind_at", "first_since", limits.first_remind, rows)
    due("first_propose_at", "first_since", limits.first_propose, rows)
    due("handoff_due_at", "handoff_since", limits.handoff_due, rows)
    if limits.handoff_due is None:
        found["handoff_since"][rows] = NEVER
    for place, grade in enumerate(("", *GRADES), start=-1):
        of = rows[standings.grade[rows] == place]
        _by_grade(found, of, limits, grade, due)
    due("cadence_escalate_at", "cadence_due_at", limits.cadence_escalate, rows)


def _by_grade(found: dict[str, Ints], of: Ints, limits: Limits, grade: str, due: Callable[..., None]) -> None:
    for since, moments in (
        ("cadence_since", (("cadence_due_at", limits.cadence.get(grade)),)),
        (
            "silent_since",
            (("pool_warn_at", limits.pool_warn.get(grade)), ("pool_due_at", limits.pool.get(grade))),
        ),
    ):
        for name, limit in moments:
            if limit is None:
                found[since][of] = NEVER
            due(name, since, limit, of)
            running = of[found[name][of] != NEVER]
            found[name][running] = np.maximum(found[name][running], found["planned_at"][running])


def _earliest(moments: Ints) -> Ints:
    first = np.where(moments == NEVER, _LATEST, moments).min(axis=0)
    return np.where(first == _LATEST, NEVER, first)


def _steps(found: dict[str, Ints], events: Events) -> Ints:
    made = np.zeros(len(found["due_at"]), np.int64)
    for (lead, clock, since), steps in events.steps.items():
        for step in steps:
            bit = _BIT.get((clock, step), 0)
            if bit and found[_START[clock, step]][lead] == since:
                made[lead] |= bit
    return made


def _next(found: dict[str, Ints]) -> Ints:
    waiting = [
        np.where(found["steps"] & BITS[rung], NEVER, found[when]) for rung, (_, when) in LADDER.items()
    ]
    return _earliest(np.stack(waiting))


def dues_of(responses: Responses, standings: Standings, groups: Sequence[tuple[Limits, Times]]) -> Ints:
    """When each first response was due; NEVER where the process has no such limit."""
    found = np.full(len(responses.since), NEVER)
    group = standings.group[responses.lead]
    for place, (limits, times) in enumerate(groups):
        rows = np.flatnonzero(group == place)
        if limits.first_due is not None and len(rows):
            found[rows] = limits.first_due.due_many(times, responses.since[rows])
    return found


def decided(responses: Responses, due: Ints) -> Ints:
    """As :func:`leadloop.clocks.rules.decided_at`."""
    in_time = (responses.ended != NEVER) & (responses.ended < due)
    return np.where(in_time, np.where(responses.followed, responses.ended, NEVER), due)


def code_of(kind: str) -> int:
    return _CODE[kind]
