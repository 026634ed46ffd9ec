"""What every page here needs from a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from leadloop.assignment.models import ConflictState
from leadloop.assignment.permissions import cases_of
from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.process.models import Process
from leadloop.process.queries import default_process, processes


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    view: str
    active: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    chosen: bool


def actor_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def require(user: User, action: str) -> None:
    if not may(user, action):
        raise NotAllowed(msg("Only the manager of the team and sales operations may do that."))


def tabs(user: User, view: str) -> tuple[Tab, ...]:
    """The pages about assignment that this person may open."""
    waiting = cases_of(user).filter(state=ConflictState.OPEN).count()
    rows = [
        (_("Rules"), "assignment:rules", "assign", 0),
        (_("Who got what"), "assignment:fairness", "assign", 0),
        (_("People"), "assignment:people", "assign", 0),
        (_("Conflicts"), "assignment:conflicts", "assign", waiting),
        (_("Pools"), "assignment:pools", "manage_process", 0),
    ]
    return tuple(
        Tab(title, name, name == view, count) for title, name, action, count in rows if may(user, action)
    )


def process_of(request: HttpRequest) -> Process:
    """The one in the address, else the default one."""
    key = request.GET.get("process") or ""
    if not key:
        return default_process()
    found = processes().filter(key=key).first()
    if found is None:
        raise NotFound(msg("There is no process “%(key)s”.", key=key))
    return found


def process_choices(chosen: Process) -> tuple[Choice, ...]:
    return tuple(Choice(one.key, one.name, one.pk == chosen.pk) for one in processes())


def period_of(request: HttpRequest, now: datetime, *, back: int = 0) -> Period:
    """The one in the address, else the month that lies ``back`` months before the present one."""
    zone = timezone.get_current_timezone_name()
    if text := request.GET.get("period"):
        return Period.parse(text, zone)
    found = Period.containing(timezone.localtime(now).date(), "month", zone)
    for _step in range(back):
        found = found.previous()
    return found
