"""Who got how many leads, of which grade and which way: from the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from leadloop.analysis.tables import Kind
from leadloop.assignment.permissions import people_of
from leadloop.foundation.period import Period
from leadloop.journal.models import Event
from leadloop.leads.models import SHOWN, Lead, State
from leadloop.people.models import User

WAYS = ("rule", "by_hand", "claimed", "handover")
"""What ``how`` of a journal row comes to: assigned by a person and won in a conflict are by hand."""

_WAY = {"rule": "rule", "customer": "rule", "claimed": "claimed", "handover": "handover", "registered": "own"}
GRADES = ("A", "B", "C", "")


@dataclass(slots=True)
class Got:
    """What one person got in the period, and has now."""

    person: User
    grades: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    open_now: int = 0
    absent: bool = False

    @property
    def total(self) -> int:
        return sum(self.grades.values())


def got(user: User, period: Period) -> list[Got]:
    """Of everybody whom this person arranges for; those with the most first.

    A lead that came to somebody twice in the period counts once, the way it came last; a lead that is
    merged, withdrawn or invalid counts nowhere.
    """
    rows = {person.pk: Got(person) for person in people_of(user).filter(is_active=True)}
    given = given_to(rows, period.starts_at, period.ends_at)
    grades = dict(_counted(given_lead for _, given_lead in given).values_list("pk", "grade"))
    for (person, lead), how in given.items():
        if lead in grades:
            rows[person].grades[grades[lead]] += 1
            rows[person].ways[_WAY.get(how, "by_hand")] += 1
    open_now = Lead.objects.filter(owner__in=list(rows), state=State.OPEN).order_by()
    for owner, count in Counter(open_now.values_list("owner", flat=True)).items():
        rows[owner].open_now = count
    return sorted(rows.values(), key=lambda row: (-row.total, str(row.person)))


def leads_got(user: User, person: User, period: Period, grade: str | None, way: str | None) -> QuerySet[Lead]:
    """The leads behind one number of that table."""
    found = people_of(user).filter(pk=person.pk)
    given = given_to(list(found.values_list("pk", flat=True)), period.starts_at, period.ends_at)
    ids = [lead for (_, lead), how in given.items() if way is None or _WAY.get(how, "by_hand") == way]
    leads = _counted(ids)
    return leads if grade is None else leads.filter(grade=grade)


def _counted(ids: Iterable[int]) -> QuerySet[Lead]:
    return Lead.objects.filter(pk__in=list(ids), state__in=SHOWN).exclude(state=State.INVALID)


def given_to(people: Iterable[int], start: datetime, end: datetime) -> dict[tuple[int, int], str]:
    """(person, lead) -> how it came last in the period."""
    rows = Event.objects.filter(
        kind__in=(Kind.ASSIGNED, Kind.REGISTERED),
        occurred_at__gte=start,
        occurred_at__lt=end,
        owner_id__in=list(people),
    )
    return {
        (row.owner_id, row.lead_id): str(row.data.get("how") or row.kind)
        for row in rows.order_by("occurred_at", "id")
        if row.owner_id is not None
    }
