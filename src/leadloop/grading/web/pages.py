"""What the pages about grades share: tabs, rows, and who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.foundation.messages import Message
from leadloop.foundation.ui.tabs import Tab
from leadloop.grading.models import Grading, Source, Temperature
from leadloop.grading.permissions import may_review, reviews
from leadloop.grading.queries import reasons_of
from leadloop.grading.reviewing import JUDGE_TITLES
from leadloop.grading.web.panel import TEMPERATURE_KIND
from leadloop.leads.models import Lead
from leadloop.leads.web.columns import GRADE_KIND, lead_url
from leadloop.people.models import User

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Graded:
    """A lead in a list of grades."""

    number: str
    url: str
    customer: str
    owner: str
    grade: str
    kind: str
    source: str
    reason: Message | None
    rule_grade: str
    rep_grade: str
    manager_grade: str
    temperature: str
    temperature_kind: str
    points: int | None
    at: datetime | None
    may_review: bool
    reviewed: bool = False

    @property
    def judges(self) -> tuple[tuple[Message, str], ...]:
        """Those who said something."""
        grades = (self.rule_grade, self.rep_grade, self.manager_grade)
        return tuple(pair for pair in zip(JUDGE_TITLES.values(), grades, strict=True) if pair[1])


def reader_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def tabs(user: User, active: str) -> tuple[Tab, ...]:
    found = [("list", _("Grade list")), ("disagreement", _("Disagreement"))]
    if reviews(user):
        found = [("review", _("To review")), *found, ("rules", _("Rules"))]
    return tuple(Tab(title, reverse(f"grading:{name}"), name == active) for name, title in found)


def rows(user: User, leads: list[Lead], *, reviewed: bool = False) -> tuple[Graded, ...]:
    ids = [lead.pk for lead in leads]
    reasons = reasons_of(ids)
    gradings = {one.pk: one for one in Grading.objects.filter(lead__pk__among=ids)}
    return tuple(_row(user, lead, gradings.get(lead.pk), reasons.get(lead.pk), reviewed) for lead in leads)


def _row(user: User, lead: Lead, stored: Grading | None, reason: Message | None, reviewed: bool) -> Graded:
    temperature = Temperature(stored.temperature) if stored and stored.temperature else None
    source = stored.held_by if stored else Source.FILE
    return Graded(
        number=lead.number,
        url=lead_url(lead.number),
        customer=lead.customer.name,
        owner=str(lead.owner) if lead.owner else _("pool"),
        grade=lead.grade,
        kind=GRADE_KIND.get(lead.grade, ""),
        source=str(Source(source).label) if lead.grade else "",
        reason=reason,
        rule_grade=stored.rule_grade if stored else "",
        rep_grade=stored.rep_grade if stored else "",
        manager_grade=stored.manager_grade if stored else "",
        temperature=str(temperature.label) if temperature else "",
        temperature_kind=TEMPERATURE_KIND[temperature] if temperature else "",
        points=stored.points if stored else None,
        at=stored.graded_at if stored else None,
        may_review=may_review(user, lead),
        reviewed=reviewed,
    )
