"""Which clocks a lead has, from its journal. Pure; :mod:`.columns` says the same of many leads at once.

Written rules, each with a test:

- A lead's events count in the order (occurred_at, sequence). What is written down late counts from when it
  happened, so a follow-up logged on Monday for Friday stops a Friday clock on Friday.
- *First response* starts when somebody becomes the owner of an open lead that nobody has followed up yet, and
  when such a lead is opened again. Another owner gets the time anew only as long as nobody has followed up;
  the former owner's clock has ended then and counts as it stood. Going to the pool ends it, too.
- A contact whose time was corrected counts at its right moment only: a row *taken back* ends what every
  contact of its moment written before it says.
- A follow-up by a person stops it. An automatic mail (``automatic`` in its data) stops and starts nothing.
- *Cadence* runs from the last follow-up, or from reopening after it. A change of owner does not touch it: it
  is what the customer was promised.
- *Pool return* runs from whatever came last: registered, a new owner, a follow-up, reopened.
- A planned next action that lies later than cadence or pool return would fall due moves them to its moment.
- A lead that is not open has no running clock; one in the pool has none either.
- A step of the ladder is made once for a clock, that is, for one kind and one start; the journal says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from leadloop.analysis.tables import Kind
from leadloop.clocks.limits import Limits, Times
from leadloop.foundation.worktime.clock import ticks


class ClockKind(StrEnum):
    FIRST_RESPONSE = "first_response"
    CADENCE = "cadence"
    HANDOFF = "handoff"
    LOGGING = "logging"
    """A follow-up is written down on the day of the contact."""
    REGISTRATION = "registration"
    POOL_RETURN = "pool_return"


class Step(StrEnum):
    REMIND = "remind"
    ESCALATE = "escalate"
    PROPOSE = "propose"


KIND_OF: Mapping[Step, Kind] = MappingProxyType(
    {Step.REMIND: Kind.REMINDED, Step.ESCALATE: Kind.ESCALATED, Step.PROPOSE: Kind.PROPOSED}
)
BITS: Mapping[tuple[ClockKind, Step], int] = MappingProxyType(
    {
        (ClockKind.FIRST_RESPONSE, Step.REMIND): 1,
        (ClockKind.FIRST_RESPONSE, Step.ESCALATE): 2,
        (ClockKind.FIRST_RESPONSE, Step.PROPOSE): 4,
        (ClockKind.CADENCE, Step.REMIND): 8,
        (ClockKind.CADENCE, Step.ESCALATE): 16,
        (ClockKind.HANDOFF, Step.ESCALATE): 32,
    }
)
LADDER: Mapping[tuple[ClockKind, Step], tuple[str, str]] = MappingProxyType(
    {
        (ClockKind.FIRST_RESPONSE, Step.REMIND): ("first_since", "first_remind_at"),
        (ClockKind.FIRST_RESPONSE, Step.ESCALATE): ("first_since", "first_due_at"),
        (ClockKind.FIRST_RESPONSE, Step.PROPOSE): ("first_since", "first_propose_at"),
        (ClockKind.CADENCE, Step.REMIND): ("cadence_since", "cadence_due_at"),
        (ClockKind.CADENCE, Step.ESCALATE): ("cadence_since", "cadence_escalate_at"),
        (ClockKind.HANDOFF, Step.ESCALATE): ("handoff_since", "handoff_due_at"),
    }
)
"""When a clock of :class:`Plan` started, and when the step is due."""

CLOSERS = frozenset({Kind.WON, Kind.LOST, Kind.INVALIDATED, Kind.MERGED, Kind.WITHDRAWN})
WAKERS = frozenset({Kind.REOPENED, Kind.VALIDATED, Kind.UNMERGED})
ANSWERS = frozenset({Kind.ACCEPTED, Kind.REJECTED, Kind.RELEASED})
TIMED = frozenset(
    {
        Kind.REGISTERED,
        Kind.ASSIGNED,
        Kind.RELEASED,
        Kind.FOLLOWED_UP,
        Kind.TAKEN_BACK,
        Kind.HANDED_OVER,
        *CLOSERS,
        *WAKERS,
        *ANSWERS,
        *KIND_OF.values(),
    }
)
"""Kinds of journal rows that clocks read; all others change nothing about them."""


class Happened(NamedTuple):
    kind: str
    at: datetime
    recorded_at: datetime
    owner_id: int | None
    team_id: int | None
    data: Mapping[str, Any]


@dataclass(slots=True)
class Response:
    """One owner's clock of the first follow-up."""

    owner_id: int
    team_id: int | None
    since: datetime
    ended_at: datetime | None = None
    followed: bool = False


@dataclass(slots=True)
class History:
    """What a lead's journal says to clocks. Built by :func:`fold`."""

    registered: Happened | None = None
    owner_id: int | None = None
    team_id: int | None = None
    open: bool = True
    responses: list[Response] = field(default_factory=list)
    contacts: int = 0
    last_contact: datetime | None = None
    last_logged: Happened | None = None
    woken_at: datetime | None = None
    silent_since: datetime | None = None
    handed_over_at: datetime | None = None
    answered: Happened | None = None
    handed_over: Happened | None = None
    steps: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    """(clock, start) -> steps made."""

    @property
    def running(self) -> Response | None:
        last = self.responses[-1] if self.responses else None
        return last if last is not None and last.ended_at is None else None

    def end(self, at: datetime, *, followed: bool = False) -> None:
        running = self.running
        if running is not None and running.since == at and not followed:
            # Given on in the same moment, as files have it: nobody had any time.
            self.responses.pop()
        elif running is not None:
            running.ended_at, running.followed = at, followed

    def start(self, at: datetime) -> None:
        self.end(at)
        if self.open and self.owner_id is not None and not self.contacts:
            self.responses.append(Response(self.owner_id, self.team_id, at))


def fold(events: Iterable[Happened]) -> History:
    """The history of one lead; ``events`` in the order in which they count."""
    history = History()
    for event in standing_rows(events):
        if (tell := _TELL.get(event.kind)) is not None:
            tell(history, event)
    return history


def standing_rows(events: Iterable[Happened]) -> list[Happened]:
    """Without contacts that were taken back; ``events`` in the order in which they count."""
    found: list[Happened] = []
    for event in events:
        if event.kind == Kind.TAKEN_BACK:
            found = [one for one in found if one.kind != Kind.FOLLOWED_UP or one.at != event.at]
        else:
            found.append(event)
    return found


def _registered(history: History, event: Happened) -> None:
    history.registered = history.registered or event
    history.silent_since = event.at
    _assigned(history, event)


def _assigned(history: History, event: Happened) -> None:
    if event.team_id is not None:
        history.team_id = event.team_id
    if event.owner_id is None or event.owner_id == history.owner_id:
        return
    history.owner_id, history.silent_since = event.owner_id, event.at
    history.start(event.at)


def _released(history: History, event: Happened) -> None:
    history.end(event.at)
    history.owner_id = None
    _answered(history, event)


def _followed_up(history: History, event: Happened) -> None:
    if event.data.get("automatic"):
        return
    history.end(event.at, followed=True)
    history.contacts += 1
    history.last_contact = history.silent_since = event.at
    history.last_logged = event


def _closed(history: History, event: Happened) -> None:
    history.end(event.at)
    history.open = False


def _woken(history: History, event: Happened) -> None:
    history.open = True
    history.woken_at = history.silent_since = event.at
    history.start(event.at)


def _handed_over(history: History, event: Happened) -> None:
    history.handed_over_at, history.handed_over, history.answered = event.at, event, None


def _answered(history: History, event: Happened) -> None:
    if history.handed_over_at is not None:
        history.handed_over_at, history.answered = None, event


def _step(history: History, event: Happened) -> None:
    told = history.steps.setdefault((str(event.data.get("clock")), int(event.data.get("since") or 0)), set())
    told.add(str(event.data.get("step")))


_TELL: Mapping[str, Callable[[History, Happened], None]] = MappingProxyType(
    {
        Kind.REGISTERED: _registered,
        Kind.ASSIGNED: _assigned,
        Kind.RELEASED: _released,
        Kind.FOLLOWED_UP: _followed_up,
        Kind.HANDED_OVER: _handed_over,
        Kind.ACCEPTED: _answered,
        Kind.REJECTED: _answered,
        **dict.fromkeys(CLOSERS, _closed),
        **dict.fromkeys(WAKERS, _woken),
        **dict.fromkeys(KIND_OF.values(), _step),
    }
)


class Standing(NamedTuple):
    """What the table says of a lead now."""

    open: bool
    owner_id: int | None
    grade: str
    planned_at: datetime | None = None


@dataclass(slots=True)
class Plan:
    """The running clocks of one lead: the columns of ``Timing``."""

    first_since: datetime | None = None
    first_remind_at: datetime | None = None
    first_due_at: datetime | None = None
    first_propose_at: datetime | None = None
    cadence_since: datetime | None = None
    cadence_due_at: datetime | None = None
    cadence_escalate_at: datetime | None = None
    handoff_since: datetime | None = None
    handoff_due_at: datetime | None = None
    silent_since: datetime | None = None
    pool_warn_at: datetime | None = None
    pool_due_at: datetime | None = None
    planned_at: datetime | None = None
    due_at: datetime | None = None
    steps: int = 0
    next_at: datetime | None = None


def plan(history: History, standing: Standing, limits: Limits, times: Times) -> Plan:
    """Every due moment of a lead by ``limits``, counted in ``times``."""
    found = Plan()
    if not standing.open or standing.owner_id is None:
        return found
    found.planned_at = standing.planned_at
    _plan_first(found, history, limits, times)
    _plan_cadence(found, history, standing.grade, limits, times)
    _plan_handoff(found, history, limits, times)
    _plan_pool(found, history, standing.grade, limits, times)
    dues = (found.first_due_at, found.cadence_due_at, found.handoff_due_at)
    found.due_at = min((due for due in dues if due is not None), default=None)
    found.steps = _made(found, history)
    found.next_at = min((at for _, _, _, at in undone(found)), default=None)
    return found


def _plan_first(found: Plan, history: History, limits: Limits, times: Times) -> None:
    running = history.running
    if running is None or limits.first_due is None:
        return
    found.first_since = since = running.since
    found.first_due_at = limits.first_due.due(times, since)
    if limits.first_remind is not None:
        found.first_remind_at = limits.first_remind.due(times, since)
    if limits.first_propose is not None:
        found.first_propose_at = limits.first_propose.due(times, since)


def _plan_cadence(found: Plan, history: History, grade: str, limits: Limits, times: Times) -> None:
    limit = limits.cadence.get(grade)
    if limit is None or history.last_contact is None:
        return
    found.cadence_since = since = max(history.last_contact, history.woken_at or history.last_contact)
    found.cadence_due_at = _not_before(found.planned_at, limit.due(times, since))
    if limits.cadence_escalate is not None:
        found.cadence_escalate_at = limits.cadence_escalate.due(times, found.cadence_due_at)


def _plan_handoff(found: Plan, history: History, limits: Limits, times: Times) -> None:
    if history.handed_over_at is not None and limits.handoff_due is not None:
        found.handoff_since = history.handed_over_at
        found.handoff_due_at = limits.handoff_due.due(times, history.handed_over_at)


def _plan_pool(found: Plan, history: History, grade: str, limits: Limits, times: Times) -> None:
    limit = limits.pool.get(grade)
    if limit is None or history.silent_since is None:
        return
    found.silent_since = since = history.silent_since
    found.pool_warn_at = _not_before(found.planned_at, limits.pool_warn[grade].due(times, since))
    found.pool_due_at = _not_before(found.planned_at, limit.due(times, since))


def _not_before(planned: datetime | None, due: datetime) -> datetime:
    return due if planned is None else max(planned, due)


def _made(found: Plan, history: History) -> int:
    bits = 0
    for (clock, step), (start, _) in LADDER.items():
        since = getattr(found, start)
        if since is not None and step in history.steps.get((clock, ticks(since)), ()):
            bits |= BITS[clock, step]
    return bits


def undone(found: Any) -> Iterator[tuple[ClockKind, Step, datetime, datetime]]:
    """Steps not made yet, with the clock's start and when they are due: of a Plan, or of a Timing."""
    for (clock, step), (start, when) in LADDER.items():
        at = getattr(found, when)
        if at is not None and not found.steps & BITS[clock, step]:
            yield clock, step, getattr(found, start), at


def decided_at(response: Response, due: datetime) -> datetime | None:
    """When it is known whether the limit was met: at the follow-up or, if that is late or missing, when due.

    None when the clock ended before it was due and without a follow-up: nobody can say.
    """
    ended = response.ended_at
    if ended is None or ended >= due:
        return due
    return ended if response.followed else None
