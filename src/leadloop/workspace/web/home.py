"""Today: what needs the reader now, what was just given, who is late, and the week so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from leadloop.assignment.queries.offered import offered
from leadloop.discovery.queries.completeness import Completeness
from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import part_for, show
from leadloop.people.kept import steady
from leadloop.people.models import Role, User
from leadloop.people.permissions import may, roles_of
from leadloop.workspace.today import figures as figured
from leadloop.workspace.today import rows, team, warned
from leadloop.workspace.today.due import Due, due

NOW, LATER, NEW = 12, 6, 6
"""Rows of each section; the rest comes by one click."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The first thing that waits behind today."""

    number: str
    customer: str
    at: datetime
    has_time: bool


@dataclass(frozen=True, slots=True)
class List:
    """A section of rows: how many there are, and those that are shown."""

    total: int
    rows: tuple[rows.Row, ...]


@dataclass(frozen=True, slots=True)
class NewList:
    total: int
    rows: tuple[rows.New, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    greeting: str
    scope: str
    """Whose leads these are, in words."""
    pressing: List
    later: List
    late: int
    new: NewList
    ahead: Ahead | None
    proposals: team.Section
    people: team.People
    stuck: team.Section
    fresh: team.Section
    warnings: warned.Warnings
    figures: figured.Figures
    week: figured.Week
    discovery: Completeness
    empty: bool
    """The house has no leads."""
    clear: bool
    """The reader has nothing to do any more."""
    whole: bool
    """All rows are shown, not only the first."""
    with_leads: bool
    leads_people: bool
    """Looks after the leads of others."""
    show_owner: bool
    may_register: bool
    may_log: bool
    may_import: bool
    may_manage: bool
    sells: bool
    """Takes part in assignment, and so may be away."""


@login_required
def home(request: HttpRequest) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    with steady():
        page = _page(user, now(), whole=request.GET.get("show") == "all")
    template = "workspace/today.html" if part_for(request, "today") else "workspace/home.html"
    return show(request, template, page)


def _page(user: User, moment: datetime, *, whole: bool) -> HomePage:
    leads, sells = figured.responsible_for(user), may(user, "claim")
    leading = may(user, "assign")
    open_ones = figured.open_of(user)
    groups = figured.groups(open_ones, moment)
    figures = figured.figures(groups, user, moment)
    mine = _mine(user, moment, figures.averages, whole=whole) if sells else _NOTHING
    nothing = team.Section(0, ())
    proposals = team.proposals(groups, open_ones, moment) if leading else nothing
    people = team.people(user, groups, moment)
    return HomePage(
        greeting=_greeting(user),
        scope=_scope(user),
        pressing=mine.pressing,
        later=mine.later,
        late=mine.late,
        new=mine.new,
        ahead=mine.ahead,
        proposals=proposals,
        people=people,
        stuck=nothing if _only_rep(user) else team.stuck(open_ones, moment),
        fresh=nothing if _only_rep(user) else team.fresh(open_ones, moment),
        warnings=warned.warnings(user, leads, moment),
        figures=figures,
        week=figured.week(user, moment),
        discovery=figured.discovery(groups),
        empty=not (figures.open or figures.won or figures.lost),
        clear=sells and not (mine.pressing.total or mine.later.total or mine.new.total or people.late),
        whole=whole,
        with_leads=may(user, "leads"),
        leads_people=leading,
        show_owner=not _only_rep(user),
        may_register=may(user, "register"),
        may_log=may(user, "work"),
        may_import=may(user, "import"),
        may_manage=may(user, "manage_people"),
        sells=sells,
    )


@dataclass(frozen=True, slots=True)
class _Mine:
    """What the reader has to do themselves."""

    pressing: List
    later: List
    late: int
    new: NewList
    ahead: Ahead | None


_NOTHING = _Mine(List(0, ()), List(0, ()), 0, NewList(0, ()), None)


def _mine(user: User, moment: datetime, averages: figured.Averages, *, whole: bool) -> _Mine:
    offers = offered(user, moment)
    found = due(user, moment, averages=averages, but={offer.lead_id for offer in offers})
    most = (None, None, None) if whole else (NOW, LATER, NEW)
    pressing, later, new = found.now[: most[0]], found.later[: most[1]], offers[: most[2]]
    leads = rows.leads_of({*rows.ids_of(pressing, later), *(offer.lead_id for offer in new)})
    return _Mine(
        pressing=List(len(found.now), rows.rows(pressing, leads, user)),
        later=List(len(found.later), rows.rows(later, leads, user)),
        late=found.late,
        new=NewList(len(offers), rows.new_ones(new, leads, user, moment)),
        ahead=_ahead(found),
    )


def _ahead(found: Due) -> Ahead | None:
    action = found.next_action
    if action is None:
        return None
    return Ahead(action.lead.number, action.lead.customer.name, action.due_at, action.has_time)


def _only_rep(user: User) -> bool:
    return roles_of(user) == {Role.REP}


def _greeting(user: User) -> str:
    hour, name = timezone.localtime().hour, {"name": str(user)}
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % name
    return _("Good afternoon, %(name)s") % name if 12 <= hour < 18 else _("Good evening, %(name)s") % name


def _scope(user: User) -> str:
    roles = roles_of(user)
    if Role.MANAGER in roles:
        return _("my teams")
    return _("my leads") if Role.REP in roles else _("all teams")
