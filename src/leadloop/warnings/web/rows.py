"""A warning as a row, wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadloop.foundation.messages import Message
from leadloop.leads.web.columns import GRADE_KIND, lead_url
from leadloop.people.models import User
from leadloop.warnings import wording
from leadloop.warnings.models import Alert, Outcome
from leadloop.warnings.permissions import may_answer
from leadloop.warnings.rules import Rule

PUT_OFF = (1, 3, 7)
"""Days that one click puts a warning off for."""


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    number: str
    url: str
    customer: str
    owner: str
    grade: str
    grade_kind: str
    stage: str
    name: Message
    words: Message
    since: datetime
    button: Message | None
    """What one click plans; None for readers who do not work on the lead."""
    right: bool
    wrong: bool
    planned: datetime | None
    """When what was planned is due."""
    put_off: datetime | None
    over: datetime | None
    may_judge: bool
    with_lead: bool


def row_of(alert: Alert, user: User, now: datetime, *, with_lead: bool = True) -> Row:
    lead, rule = alert.lead, Rule(alert.rule)
    sleeping = alert.snoozed_until is not None and alert.snoozed_until > now
    works = may_answer(user, lead) and alert.ended_at is None and alert.outcome != Outcome.WRONG
    return Row(
        id=alert.pk,
        number=lead.number,
        url=lead_url(lead.number),
        customer=lead.customer.name,
        owner=str(lead.owner) if lead.owner else "",
        grade=lead.grade,
        grade_kind=GRADE_KIND.get(lead.grade, ""),
        stage=lead.stage.name,
        name=wording.name(rule),
        words=wording.in_words(alert, alert.ended_at or now),
        since=alert.since,
        button=wording.PROPOSALS[rule].button if works and not sleeping else None,
        right=alert.outcome == Outcome.RIGHT,
        wrong=alert.outcome == Outcome.WRONG,
        planned=alert.snoozed_until if sleeping and alert.acted_at else None,
        put_off=alert.snoozed_until if sleeping and not alert.acted_at else None,
        over=alert.ended_at,
        may_judge=may_answer(user, lead) or alert.ended_at is not None,
        with_lead=with_lead,
    )


@dataclass(frozen=True, slots=True)
class RowPage:
    row: Row
    put_off: tuple[int, ...] = PUT_OFF


@dataclass(frozen=True, slots=True)
class Panel:
    """What a lead's page shows; nothing when there is nothing to warn of."""

    rows: tuple[Row, ...]
    put_off: tuple[int, ...] = PUT_OFF
