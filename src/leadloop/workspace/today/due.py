"""What somebody has to do today: next actions and running clocks, one row a lead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils import timezone

from leadloop.actions.models import NextAction
from leadloop.analysis.scope import Visibility
from leadloop.clocks.queries.basis import basis
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.worktime import TimeCount
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import can_see
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.workspace.today.order import SOON, Case, place

MOST = 500
"""Actions of one person that are looked at: whoever has more due does not need an order but help."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is due. ``what`` a person does now; ``action`` None: a clock asks for it."""

    lead_id: int
    what: str
    """first_response, handoff, cadence, or the kind of an action"""
    due_at: datetime
    left: timedelta
    """Working time; negative when it is overdue."""
    since: datetime | None = None
    title: str = ""
    action_id: int | None = None
    has_time: bool = True
    priority: str = "normal"
    moves: int = 0
    more: int = 0
    """Other actions of the same lead that are due, too."""
    score: float = 0.0
    reasons: tuple[Message, ...] = ()
    pressed: bool = False
    """Its owner was reminded already, or it is due within two hours, or overdue."""

    @property
    def late(self) -> bool:
        return self.left < timedelta(0)


@dataclass(frozen=True, slots=True)
class Due:
    """Sorted by urgency times value."""

    now: tuple[Item, ...]
    later: tuple[Item, ...]
    next_action: NextAction | None = None
    """The first thing behind today, for a day on which nothing is left."""

    @property
    def late(self) -> int:
        return sum(item.late for item in self.now)


Averages = Mapping[str, Decimal]
_CLOCKS = (
    ("handoff", "timing__handoff_since", "timing__handoff_due_at"),
    ("first_response", "timing__first_since", "timing__first_due_at"),
    ("cadence", "timing__cadence_since", "timing__cadence_due_at"),
)
_READ = (
    "pk",
    "owner_id",
    "team_id",
    "grade",
    "currency",
    "expected_amount",
    "timing__first_remind_at",
    *(name for _, *names in _CLOCKS for name in names),
)


def day_end(now: datetime) -> datetime:
    """Midnight where the reader is."""
    tomorrow = timezone.localtime(now).date() + timedelta(days=1)
    return timezone.make_aware(datetime.combine(tomorrow, time.min))


def due(user: User, now: datetime, *, averages: Averages, but: Collection[int] = ()) -> Due:
    """Everything of this person that is due by the end of the day, and every first follow-up that waits.

    ``but``: leads that stand elsewhere on the page (offers that are not answered).
    """
    end, by = day_end(now), basis()
    actions = _actions(user, end)
    rows = _rows(user, end, actions.keys())
    found = []
    for row in rows:
        times = by.times_of(row["team_id"]).working
        items = [*_of_actions(row, actions.get(row["pk"], ()), now, times)]
        if row["owner_id"] == user.pk and (clock := _of_clocks(row, now, end, times)) is not None:
            items.append(clock)
        if items and (row["pk"] not in but or any(item.action_id for item in items)):
            found.append(_placed(row, items, averages, now))
    found.sort(key=lambda item: (-item.score, item.due_at, item.lead_id))
    pressing = tuple(item for item in found if item.pressed)
    later = tuple(item for item in found if not item.pressed)
    return Due(pressing, later, None if found else _next(user, end))


class _Action(NamedTuple):
    pk: int
    lead_id: int
    due_at: datetime
    has_time: bool
    kind: str
    title: str
    priority: str
    moves: int


def _actions(user: User, end: datetime) -> Mapping[int, Sequence[_Action]]:
    rows = NextAction.objects.open().filter(owner=user, due_at__lt=end).order_by("due_at", "pk")
    found: dict[int, list[_Action]] = defaultdict(list)
    # Not whole rows: of hundreds a dozen is shown.
    for row in rows.values_list(*_Action._fields)[:MOST]:
        action = _Action(*row)
        found[action.lead_id].append(action)
    return found


def _rows(user: User, end: datetime, with_actions: Collection[int]) -> list[dict[str, Any]]:
    clocks = Q(timing__due_at__lt=end) | Q(timing__first_due_at__isnull=False)
    own = Lead.objects.filter(clocks, owner=user, state=State.OPEN).values(*_READ)
    found = {row["pk"]: row for row in own}
    if missing := [pk for pk in with_actions if pk not in found]:
        seen = visibility_of(user)
        others = Lead.objects.filter(pk__in=missing).select_related("timing", "process")
        found |= {lead.pk: _as_row(lead) for lead in others if _may_see(lead, user, seen)}
    return list(found.values())


def _may_see(lead: Lead, user: User, seen: Visibility) -> bool:
    return lead.owner_id == user.pk or can_see(lead, seen)


def _as_row(lead: Lead) -> dict[str, Any]:
    timing = getattr(lead, "timing", None)
    return {
        name: getattr(timing, name.removeprefix("timing__"), None)
        if name.startswith("timing__")
        else getattr(lead, name)
        for name in _READ
    }


def _of_actions(
    row: Mapping[str, Any], actions: Iterable[_Action], now: datetime, times: TimeCount
) -> list[Item]:
    return [
        Item(
            lead_id=row["pk"],
            what=action.kind,
            due_at=action.due_at,
            left=_left(times, action.due_at, now),
            title=action.title,
            action_id=action.pk,
            has_time=action.has_time,
            priority=action.priority,
            moves=action.moves,
        )
        for action in actions
    ]


def _of_clocks(row: Mapping[str, Any], now: datetime, end: datetime, times: TimeCount) -> Item | None:
    """The clock that ends first, of those that ask for something today."""
    found = [
        Item(row["pk"], what, row[due_at], _left(times, row[due_at], now), since=row[since])
        for what, since, due_at in _CLOCKS
        if row[due_at] is not None and (row[due_at] < end or what == "first_response")
    ]
    return min(found, key=lambda item: item.due_at, default=None)


def _left(times: TimeCount, due_at: datetime, now: datetime) -> timedelta:
    """Outside working hours a difference can be nothing; what is over stays over."""
    if due_at >= now:
        return times.between(now, due_at)
    return -max(times.between(due_at, now), timedelta(microseconds=1))


def _placed(row: Mapping[str, Any], items: list[Item], averages: Averages, now: datetime) -> Item:
    """One row a lead: what somebody has planned says more than the clock that it answers."""
    first = min(items, key=lambda item: (item.due_at, item.action_id is None))
    planned = [item for item in items if item.action_id is not None]
    if first.action_id is None and first.what == "cadence" and planned:
        first = planned[0]
    found = place(_case(row, first, averages))
    reminded = row["timing__first_remind_at"]
    pressed = first.late or first.left <= SOON
    if first.what == "first_response" and reminded is not None and reminded <= now:
        pressed = True
    others = sum(1 for item in planned if item is not first)
    return replace(first, more=others, score=found.score, reasons=found.reasons, pressed=pressed)


def _case(row: Mapping[str, Any], item: Item, averages: Averages) -> Case:
    average, amount = averages.get(row["currency"]), row["expected_amount"]
    share = float(amount / average) if average and amount is not None else None
    return Case(item.left, row["grade"], share, item.priority, item.moves)


def _next(user: User, end: datetime) -> NextAction | None:
    rows = NextAction.objects.open().filter(owner=user, due_at__gte=end).select_related("lead__customer")
    return rows.order_by("due_at", "pk").first()


def clock_words(what: str, grade: str) -> Message | None:
    """What a clock asks for; None: it is an action, which has words of its own."""
    if what == "first_response":
        return msg("First follow-up")
    if what == "handoff":
        return msg("Accept or return the handoff")
    if what == "cadence":
        return msg("Next contact by cadence (grade %(grade)s)", grade=grade)
    return None
