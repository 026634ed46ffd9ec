"""What needs somebody today: counts and lists of open leads, from the tables."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from leadloop.assignment.models import ReturnWarning
from leadloop.assignment.queries.returning import returning
from leadloop.grading.models import RuleTag
from leadloop.grading.queries import reminders
from leadloop.leads.models import Lead, State
from leadloop.leads.money import Purse, Sums, main_first, sums
from leadloop.leads.permissions import restrict
from leadloop.leads.web.columns import by_grade
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of, visibility_of
from leadloop.process.models import Stage

SHOWN = 8
FIRST_CONTACT = timedelta(hours=24)
FRESH = timedelta(days=2)
KEPT_FOR_REMINDERS = 3
REMIND_FOR = timedelta(days=7)
"""A tag that nobody acted on for so long is no news any more."""


@dataclass(frozen=True, slots=True)
class Todo:
    number: str
    customer: str
    grade: str
    stage: str
    channel: str
    owner: str
    amount: Any
    currency: str
    since: datetime
    spent: timedelta
    allowed: timedelta | None

    @property
    def over(self) -> timedelta | None:
        """By how much it is late; None when it is not."""
        return self.spent - self.allowed if self.allowed and self.spent > self.allowed else None

    @property
    def left(self) -> timedelta | None:
        return None if self.allowed is None else self.allowed - self.spent


@dataclass(frozen=True, slots=True)
class Section:
    total: int
    leads: tuple[Todo, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    open: int
    open_amount: Sums
    grade_a: int
    won: int
    won_amount: Sums
    lost: int


@dataclass(frozen=True, slots=True)
class Warned:
    """A lead that needs its owner before somebody else or nobody has it."""

    number: str
    customer: str
    grade: str
    owner: str
    tag: str = ""
    """The rule's tag to remind of; empty: the lead goes back to the pool."""
    at: datetime | None = None
    left: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Warnings:
    total: int
    going: int
    """Of them, leads that go back to the pool."""
    leads: tuple[Warned, ...]


def responsible_for(user: User) -> QuerySet[Lead]:
    """A rep's own leads, a manager's teams; for the others everything they see.

    By a narrower visibility, not by a filter behind the whole one: so the index of owners is used.
    """
    seen = visibility_of(user)
    if Role.MANAGER in roles_of(user):
        seen = replace(seen, everything=False)
    return restrict(Lead.objects.shown(), replace(seen, pool=False, customers_of=frozenset()))


def untouched(leads: QuerySet[Lead], now: datetime) -> Section:
    """Assigned, and nobody has been in touch yet."""
    found = leads.filter(state=State.OPEN, assigned_at__isnull=False, first_followed_up_at=None)
    return _section(found.order_by("assigned_at", "id"), now, "assigned_at", FIRST_CONTACT)


def lingering(leads: QuerySet[Lead], now: datetime) -> Section:
    """Longer in their stage than the process expects."""
    late = Q()
    stages = Stage.objects.filter(expected_days__gt=0, won=False)
    for stage_id, days in stages.values_list("id", "expected_days"):
        late |= Q(stage=stage_id, stage_since__lt=now - timedelta(days=days or 0))
    contacted = leads.filter(state=State.OPEN, owner__isnull=False).exclude(first_followed_up_at=None)
    found = contacted.filter(late) if late else leads.none()
    return _section(found.order_by(by_grade(), "stage_since", "id"), now, "stage_since", None)


def fresh(leads: QuerySet[Lead], now: datetime) -> Section:
    """Captured in the last two days."""
    found = leads.filter(state=State.OPEN, captured_at__gte=now - FRESH)
    return _section(found.order_by("-captured_at", "-id"), now, "captured_at", None)


def warnings(user: User, leads: QuerySet[Lead], now: datetime) -> Warnings:
    """What goes back to the pool first, then what rules remind of, of the reader and of their teams."""
    if not may(user, "claim"):
        return Warnings(0, 0, ())
    going, reminding = returning(user), reminders(leads, since=now - REMIND_FOR)
    reminded = [_reminding(row) for row in reminding[:SHOWN]]
    found = [_going(row, now) for row in going[: SHOWN - min(len(reminded), KEPT_FOR_REMINDERS)]]
    found += reminded[: SHOWN - len(found)]
    back = going.count()
    return Warnings(total=back + reminding.count(), going=back, leads=tuple(found))


def _going(row: ReturnWarning, now: datetime) -> Warned:
    lead = row.lead
    left = max(row.returns_at - now, timedelta(0))
    return Warned(lead.number, str(lead.customer), lead.grade, str(row.owner), at=row.returns_at, left=left)


def _reminding(row: RuleTag) -> Warned:
    lead = row.lead
    owner = str(lead.owner) if lead.owner else ""
    return Warned(lead.number, str(lead.customer), lead.grade, owner, tag=row.tag.name, at=row.since)


def figures(leads: QuerySet[Lead], now: datetime) -> Figures:
    """Counts of this month, of the reader's own responsibility. No rates: those belong to the analysis."""
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    expected, won = Purse.empty(), Purse.empty()
    counts = Counter[str]()
    still = leads.filter(state=State.OPEN).order_by().values_list("currency", "grade")
    for currency, grade, count, amount in still.annotate(count=Count("id"), sum=Sum("expected_amount")):
        counts["open"] += count
        counts["grade_a"] += count if grade == "A" else 0
        expected.add(currency, amount, count)
    lately = leads.filter(closed_at__isnull=False, closed_at__lately=month)
    closed = lately.filter(state__in=[State.WON, State.LOST]).order_by()
    by_outcome = closed.values_list("state", "currency").annotate(count=Count("id"), sum=Sum("amount"))
    for state, currency, count, amount in by_outcome:
        counts[state] += count
        if state == State.WON:
            won.add(currency, amount, count)
    return Figures(
        open=counts["open"],
        open_amount=sums(expected.amounts, main_first([expected])),
        grade_a=counts["grade_a"],
        won=counts[State.WON],
        won_amount=sums(won.amounts, main_first([won])),
        lost=counts[State.LOST],
    )


def _section(leads: QuerySet[Lead], now: datetime, since: str, allowed: timedelta | None) -> Section:
    # First which they are, from an index; whole rows of thousands would be carried through the sorting.
    ids = list(leads.values_list("pk", flat=True)[:SHOWN])
    rows = Lead.objects.select_related("customer", "stage", "channel", "owner").in_bulk(ids)
    return Section(
        total=leads.order_by().count(),
        leads=tuple(_todo(rows[pk], now, since, allowed) for pk in ids if pk in rows),
    )


def _todo(lead: Lead, now: datetime, since: str, allowed: timedelta | None) -> Todo:
    moment: datetime = getattr(lead, since)
    if allowed is None and since == "stage_since" and lead.stage.expected_days:
        allowed = timedelta(days=lead.stage.expected_days)
    return Todo(
        number=lead.number,
        customer=lead.customer.name,
        grade=lead.grade,
        stage=lead.stage.name,
        channel=lead.channel.name if lead.channel else "",
        owner=str(lead.owner) if lead.owner else "",
        amount=lead.expected_amount,
        currency=lead.currency,
        since=moment,
        spent=now - moment,
        allowed=allowed,
    )
