"""One's own actions by day; a manager's look at those of the team."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from leadloop.actions.models import NextAction
from leadloop.actions.queries import open_of, people_for
from leadloop.actions.web.cards import Card, card_of, day_of
from leadloop.foundation.clock import now
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.pages import show
from leadloop.people.models import User

MOST = 300
"""So many cards are shown; whoever has more has other worries, and is told so."""


@dataclass(frozen=True, slots=True)
class Day:
    key: str
    date: date
    today: bool
    weekend: bool
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Week:
    title: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class BoardPage:
    overdue: tuple[Card, ...]
    weeks: tuple[Week, ...]
    later: tuple[Card, ...]
    whose: str
    """The name of somebody else whose actions these are; empty: the reader's own."""
    people: tuple[Person, ...]
    total: int
    cut: bool


@login_required
def own(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    others = list(people_for(user).exclude(pk=user.pk))
    person = _chosen(request, user, others)
    moment = now()
    actions = list(open_of(person, viewer=user)[: MOST + 1])
    return show(request, "actions/board.html", _page(actions, person, user, others, moment))


def _chosen(request: HttpRequest, user: User, others: Sequence[User]) -> User:
    wanted = request.GET.get("person", "")
    if wanted in {"", str(user.pk)}:
        return user
    found = next((other for other in others if str(other.pk) == wanted), None)
    if found is None:
        raise NotFound(msg("There is nobody like that in your teams."))
    return found


def _page(
    actions: Sequence[NextAction], person: User, user: User, others: Sequence[User], moment: datetime
) -> BoardPage:
    shown = actions[:MOST]
    overdue = [action for action in shown if action.due_at < moment]
    ahead = [action for action in shown if action.due_at >= moment]
    today = timezone.localtime(moment).date()
    weeks = tuple(
        Week(title, tuple(_day(day, today, ahead, moment) for day in days))
        for title, days in _weeks(today)
        if days
    )
    last = weeks[-1].days[-1].date
    people = (user, *others) if others else ()
    return BoardPage(
        overdue=_cards(overdue, moment),
        weeks=weeks,
        later=_cards((action for action in ahead if day_of(action) > last), moment),
        whose="" if person == user else str(person),
        people=tuple(
            Person(str(one.pk), _("My own") if one == user else str(one), one == person) for one in people
        ),
        total=len(shown),
        cut=len(actions) > MOST,
    )


def _weeks(today: date) -> Iterable[tuple[str, tuple[date, ...]]]:
    """From today on: nothing is planned for days that have passed."""
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=index) for index in range(14)]
    return (
        (_("This week"), tuple(day for day in days[:7] if day >= today)),
        (_("Next week"), tuple(days[7:])),
    )


def _day(day: date, today: date, actions: Sequence[NextAction], moment: datetime) -> Day:
    mine = (action for action in actions if day_of(action) == day)
    return Day(day.isoformat(), day, day == today, day.weekday() >= 5, _cards(mine, moment))


def _cards(actions: Iterable[NextAction], moment: datetime) -> tuple[Card, ...]:
    """By the hour; what has none goes behind, the important first."""
    order = {"high": 0, "normal": 1, "low": 2}
    inside = sorted(
        actions, key=lambda one: (day_of(one), not one.has_time, one.due_at, order[one.priority], one.pk)
    )
    return tuple(card_of(action, moment) for action in inside)
