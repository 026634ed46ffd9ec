"""What Today warns of: leads that go back to the pool, alerts of the rules, tags that remind. One list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from leadloop.assignment.models import ReturnWarning
from leadloop.assignment.queries.returning import returning
from leadloop.foundation.messages import Message
from leadloop.grading.models import RuleTag
from leadloop.grading.queries import reminders
from leadloop.leads.models import Lead
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of, visibility_of
from leadloop.warnings import wording
from leadloop.warnings.models import Alert
from leadloop.warnings.queries import open_for
from leadloop.warnings.queries.alerts import WITH, standing
from leadloop.warnings.rules import Rule

SHOWN = 8
COUNTED = 200
"""Of each kind; whoever has more does not go by the number."""
KEPT = 3
"""Of each kind so many are shown before another takes their place."""
REMIND_FOR = timedelta(days=7)
"""A tag that nobody acted on for so long is no news any more."""


@dataclass(frozen=True, slots=True)
class Warned:
    """A lead that needs its owner before somebody else or nobody has it."""

    number: str
    customer: str
    grade: str
    owner: str
    icon: str
    bad: bool = False
    words: Message | None = None
    tag: str = ""
    at: datetime | None = None
    left: timedelta | None = None
    """Until it goes back to the pool."""
    alert_id: int | None = None
    button: Message | None = None
    """What one click plans."""


@dataclass(frozen=True, slots=True)
class Warnings:
    total: int
    more: bool
    """There are more than were counted."""
    going: int
    """Of them, leads that go back to the pool."""
    leads: tuple[Warned, ...]


def warnings(user: User, leads: QuerySet[Lead], now: datetime) -> Warnings:
    """What goes back to the pool first, then alerts, then what rules' tags remind of."""
    if not may(user, "claim"):
        return Warnings(0, False, 0, ())
    sources = (returning(user), _alerts(user, now), reminders(leads, since=now - REMIND_FOR))
    # In their order, which an index has: to count all of a team's takes longer than the rest of the page.
    counts = [len(source.values_list("pk", flat=True)[:COUNTED]) for source in sources]
    shares = _shares(counts)
    going = [_going(row, now) for row in sources[0][: shares[0]]]
    alerts = [_alert(row, now) for row in sources[1][: shares[1]]]
    tags = [_tag(row) for row in sources[2][: shares[2]]]
    more = COUNTED in counts
    return Warnings(total=sum(counts), more=more, going=counts[0], leads=(*going, *alerts, *tags))


def _alerts(user: User, now: datetime) -> QuerySet[Alert]:
    """What :func:`leadloop.warnings.queries.open_for` gives. A team's by going through the newest alerts, not
    by collecting its leads first.
    """
    if Role.MANAGER not in roles_of(user):
        return open_for(user, now)
    seen = visibility_of(user)
    teams = standing(now).alias(_owner=F("lead__owner_id") + 0, _team=F("lead__team_id") + 0)
    shown = teams.filter(Q(_owner__in=seen.owner_ids) | Q(_team__in=seen.team_ids))
    return shown.select_related(*WITH).order_by("-since", "-id")


def _shares(counts: list[int]) -> list[int]:
    """Some of each kind; what one does not need goes to the others in their order."""
    found = [min(count, KEPT if place else SHOWN) for place, count in enumerate(counts)]
    found[0] = min(found[0], SHOWN - sum(found[1:]))
    for place in (1, 2):
        found[place] += min(counts[place] - found[place], SHOWN - sum(found))
    return found


def _owner(lead: Lead) -> str:
    return str(lead.owner) if lead.owner else ""


def _going(row: ReturnWarning, now: datetime) -> Warned:
    lead = row.lead
    left = max(row.returns_at - now, timedelta(0))
    return Warned(
        lead.number,
        str(lead.customer),
        lead.grade,
        str(row.owner),
        icon="hourglass",
        bad=True,
        at=row.returns_at,
        left=left,
    )


def _alert(row: Alert, now: datetime) -> Warned:
    lead = row.lead
    return Warned(
        lead.number,
        str(lead.customer),
        lead.grade,
        _owner(lead),
        icon="alert-triangle",
        words=wording.in_words(row, now),
        at=row.since,
        alert_id=row.pk,
        button=wording.PROPOSALS[Rule(row.rule)].button,
    )


def _tag(row: RuleTag) -> Warned:
    lead = row.lead
    return Warned(
        lead.number,
        str(lead.customer),
        lead.grade,
        _owner(lead),
        icon="flag",
        tag=row.tag.name,
        at=row.since,
    )
