"""The clocks of leads, as people and other packages ask for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from leadloop.clocks import rules
from leadloop.clocks.limits import Counted, Limit, Limits, Times
from leadloop.clocks.models import Timing
from leadloop.clocks.planned import planned_of
from leadloop.clocks.queries.basis import basis
from leadloop.clocks.queries.history import histories_of
from leadloop.clocks.rules import ClockKind, History, Plan, Standing
from leadloop.leads.models import Lead, State


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit of one lead. ``left`` and ``over`` are of the time that the limit counts, mostly working."""

    kind: ClockKind
    started_at: datetime
    due_at: datetime
    remind_at: datetime | None = None
    stopped_at: datetime | None = None
    met: bool | None = None
    """None: it runs and there is time left."""
    left: timedelta | None = None
    over: timedelta | None = None

    @property
    def running(self) -> bool:
        return self.stopped_at is None


def clocks_of(lead: Lead, now: datetime) -> tuple[Clock, ...]:
    """Every clock of a lead, running ones first by their due moment; computed from the journal."""
    by = basis()
    limits, times = by.limits_of(lead.process_id), by.times_of(lead.team_id)
    history = histories_of([lead.pk])[lead.pk]
    standing = Standing(
        lead.state == State.OPEN, lead.owner_id, lead.grade, planned_of([lead.pk]).get(lead.pk)
    )
    found = [
        *running(rules.plan(history, standing, limits, times), limits, times, now),
        *_ended(history, limits, times),
    ]
    return tuple(sorted(found, key=lambda clock: (not clock.running, clock.due_at)))


def stored_clocks(lead: Lead, now: datetime) -> tuple[Clock, ...]:
    """The running clocks as stored, for lists (``select_related("timing")``): nothing is read for them."""
    timing: Timing | None = getattr(lead, "timing", None)
    if timing is None:
        return ()
    by = basis()
    found = running(timing, by.limits_of(lead.process_id), by.times_of(lead.team_id), now)
    return tuple(sorted(found, key=lambda clock: clock.due_at))


_RUNNING = (
    (ClockKind.FIRST_RESPONSE, "first_since", "first_due_at", "first_remind_at"),
    (ClockKind.CADENCE, "cadence_since", "cadence_due_at", None),
    (ClockKind.HANDOFF, "handoff_since", "handoff_due_at", None),
    (ClockKind.POOL_RETURN, "silent_since", "pool_due_at", "pool_warn_at"),
)


def running(planned: Plan | Timing, limits: Limits, times: Times, now: datetime) -> list[Clock]:
    found = []
    for kind, start, due, remind in _RUNNING:
        due_at = getattr(planned, due)
        if due_at is not None:
            remind_at = getattr(planned, remind) if remind else None
            found.append(_runs(kind, getattr(planned, start), due_at, remind_at, limits, times, now))
    return found


def _runs(
    kind: ClockKind,
    started: datetime,
    due: datetime,
    remind: datetime | None,
    limits: Limits,
    times: Times,
    now: datetime,
) -> Clock:
    count = times.elapsed if _counted(kind, limits) == Counted.ELAPSED else times.working
    late = now > due
    return Clock(
        kind=kind,
        started_at=started,
        due_at=due,
        remind_at=remind,
        met=False if late else None,
        left=None if late else count.between(now, due),
        over=count.between(due, now) if late else None,
    )


def _counted(kind: ClockKind, limits: Limits) -> Counted:
    limit: Limit | None = {
        ClockKind.FIRST_RESPONSE: limits.first_due,
        ClockKind.HANDOFF: limits.handoff_due,
        ClockKind.CADENCE: next(iter(limits.cadence.values()), None),
        ClockKind.POOL_RETURN: next(iter(limits.pool.values()), None),
    }[kind]
    return Counted.ELAPSED if limit is None else limit.counted


def _ended(history: History, limits: Limits, times: Times) -> list[Clock]:
    """Clocks known only when they end: registering, writing down, the first response once it came."""
    found = []
    if (registered := history.registered) is not None:
        due = limits.registration.due(times, registered.at)
        found.append(_stopped(ClockKind.REGISTRATION, registered.at, due, registered.recorded_at))
    if (logged := history.last_logged) is not None and limits.log_same_day:
        due = times.working.day_end(logged.at)
        found.append(_stopped(ClockKind.LOGGING, logged.at, due, logged.recorded_at))
    ended = [one for one in history.responses if one.ended_at is not None and one.followed]
    if ended and limits.first_due is not None:
        last = ended[-1]
        assert last.ended_at is not None
        due = limits.first_due.due(times, last.since)
        found.append(_stopped(ClockKind.FIRST_RESPONSE, last.since, due, last.ended_at))
    if history.handed_over is not None and history.answered is not None and limits.handoff_due is not None:
        due = limits.handoff_due.due(times, history.handed_over.at)
        found.append(_stopped(ClockKind.HANDOFF, history.handed_over.at, due, history.answered.at))
    return found


def _stopped(kind: ClockKind, started: datetime, due: datetime, stopped: datetime) -> Clock:
    return Clock(kind, started, due, stopped_at=stopped, met=stopped <= due)


def late(leads: QuerySet[Lead], now: datetime) -> QuerySet[Lead]:
    """Those of ``leads`` with a limit that is over: first follow-up, next contact, answer to a handoff."""
    return leads.filter(timing__due_at__lt=now)


def due_between(leads: QuerySet[Lead], start: datetime, end: datetime) -> QuerySet[Lead]:
    return leads.filter(timing__due_at__gte=start, timing__due_at__lt=end)


def proposed(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Those for which another owner, or the pool, was proposed, and nothing has happened since."""
    bit = rules.BITS[ClockKind.FIRST_RESPONSE, rules.Step.PROPOSE]
    return leads.alias(proposed=F("timing__steps").bitand(bit)).filter(proposed=bit)


def logging_due(*, team_id: int | None, at: datetime) -> datetime:
    """Until when a contact of that moment has to be written down to count as logged the same day."""
    return basis().times_of(team_id).working.day_end(at)


def next_contact(*, lead: Lead, at: datetime) -> datetime | None:
    """When the cadence of the grade asks for the next contact after one at ``at``; None: it does not."""
    by = basis()
    limit = by.limits_of(lead.process_id).cadence.get(lead.grade)
    return None if limit is None else limit.due(by.times_of(lead.team_id), at)


@dataclass(frozen=True, slots=True)
class PoolReturn:
    """When the owner of a silent lead is told, and when it goes back to the pool."""

    since: datetime
    warn_at: datetime
    due_at: datetime
    _limits: Limits
    _times: Times

    def goes_at(self, warned_at: datetime) -> datetime:
        """Nobody loses a lead without having been warned the whole time before."""
        return max(self.due_at, self._limits.pool_notice.due(self._times, warned_at))


def pool_returns(lead_ids: Collection[int]) -> dict[int, PoolReturn]:
    """From the journal: of those that are open, owned, and of a grade that goes back."""
    by = basis()
    histories, planned = histories_of(lead_ids), planned_of(lead_ids)
    found = {}
    columns = ("pk", "owner_id", "grade", "team_id", "process_id")
    rows = Lead.objects.filter(pk__in=list(lead_ids), state=State.OPEN).values_list(*columns)
    for pk, owner, grade, team, process in rows:
        limits, times = by.limits_of(process), by.times_of(team)
        plan = rules.plan(histories[pk], Standing(True, owner, grade, planned.get(pk)), limits, times)
        if plan.silent_since is not None and plan.pool_warn_at is not None and plan.pool_due_at is not None:
            found[pk] = PoolReturn(plan.silent_since, plan.pool_warn_at, plan.pool_due_at, limits, times)
    return found
