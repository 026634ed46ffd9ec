"""The page of follow-up figures, and the rows behind each number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.clocks.queries import target as timeliness_target
from leadloop.discovery.queries import target as discovery_target
from leadloop.foundation.clock import now
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.foundation.ui.tabs import Tab
from leadloop.people.models import User
from leadloop.people.queries import names_of, team_names, teams_for
from leadloop.process.queries import default_process
from leadloop.workspace.quality import rows
from leadloop.workspace.quality.figures import GROUPS, KEYS, Line, chosen, lines
from leadloop.workspace.quality.rows import Row
from leadloop.workspace.quality.scope import Scope, offered, scope_of, zone_of

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, and the address of the rows that it counts; no address where there are none."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Share:
    value: float | None
    part: Cell
    whole: Cell
    missing: Cell
    target: float | None = None

    @property
    def kind(self) -> str:
        if self.value is None or self.target is None:
            return ""
        return "good" if self.value >= self.target else "warn"


@dataclass(frozen=True, slots=True)
class Figures:
    name: str
    timeliness: Share
    completeness: Share
    followed: Cell
    late: Share
    put_off: Cell


@dataclass(frozen=True, slots=True)
class TeamChoice:
    key: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class QualityPage:
    total: Figures
    lines: tuple[Figures, ...]
    periods: tuple[Tab, ...]
    groups: tuple[Tab, ...]
    by: str
    period: str
    first: date
    last: date
    teams: tuple[TeamChoice, ...]
    nothing: bool


@dataclass(frozen=True, slots=True)
class RowsPage:
    title: str
    whose: str
    first: date
    last: date
    rows: tuple[Row, ...]
    total: int
    back: str
    pages: Pages


@login_required
def quality(request: HttpRequest) -> HttpResponse:
    user, moment = _user(request), now()
    scope = scope_of(user, request.GET, moment)
    by = _by(request)
    total, each = lines(scope, by)
    names = _names(by, [key for key in each if key is not None])
    process = default_process().pk
    targets = timeliness_target(process), discovery_target(process)

    def shown(name: str, line: Line, group: object) -> Figures:
        return _figures(name, line, lambda key: _rows_url(scope, key, by, group), targets)

    found = sorted(
        (shown(names.get(key or 0, _("nobody any more")), line, "none" if key is None else key)
         for key, line in each.items()),
        key=lambda line: (line.timeliness.value is None, line.timeliness.value or 0, line.name),
    )  # fmt: skip
    page = QualityPage(
        total=shown(_("All together"), total, ""),
        lines=tuple(found),
        periods=_periods(user, scope, by, moment),
        groups=_groups(scope, by),
        by=by,
        period=str(scope.period),
        first=scope.period.start,
        last=scope.period.last_day,
        teams=_teams(user, scope),
        nothing=not each,
    )
    return show(request, "workspace/quality.html", page)


@login_required
def behind(request: HttpRequest, key: str) -> HttpResponse:
    """The rows that a number counts, as many as it says."""
    if key not in KEYS:
        raise NotFound(msg("There is no such figure."))
    user = _user(request)
    scope, by = scope_of(user, request.GET, now()), _by(request)
    group = _group(request)
    found = chosen(scope, key, by, group)
    total = len(found) if isinstance(found, list) else found.count()
    number = _page_number(request)
    part = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    wanted = "none" if group is None else group
    page = RowsPage(
        title=str(rows.TITLES[key]),
        whose=_whose(by, group, scope),
        first=scope.period.start,
        last=scope.period.last_day,
        rows=tuple(rows.rows_of(key, part, scope.seen)),
        total=total,
        back=reverse("workspace:quality") + scope.address(by=by),
        pages=pages(number, total, PER_PAGE, lambda at: f"{_rows_url(scope, key, by, wanted)}&page={at}"),
    )
    return show(request, "workspace/quality_rows.html", page)


def _figures(
    name: str, line: Line, address: Callable[[str], str], targets: tuple[float | None, float | None]
) -> Figures:
    def cell(key: str) -> Cell:
        count = line["answered"] - line["in_time"] if key == "missed" else line[key]
        return Cell(count, address(key) if count else "")

    def share(value: float | None, part: str, whole: str, missing: str, target: float | None = None) -> Share:
        return Share(value, cell(part), cell(whole), cell(missing), target)

    return Figures(
        name=name,
        timeliness=share(line.timeliness, "in_time", "answered", "missed", target=targets[0]),
        completeness=share(line.completeness, "complete", "decided", "incomplete", target=targets[1]),
        followed=cell("followed"),
        late=share(line.late_share, "logged_late", "followed", "logged_late"),
        put_off=cell("put_off"),
    )


def _rows_url(scope: Scope, key: str, by: str, group: object) -> str:
    more = {"by": by, "of": group} if group != "" else {}
    return reverse("workspace:quality_rows", args=[key]) + scope.address(**more)


def _by(request: HttpRequest) -> str:
    wanted = request.GET.get("by", "")
    return wanted if wanted in GROUPS else GROUPS[0]


def _group(request: HttpRequest) -> int | str | None:
    text = request.GET.get("of", "")
    if text == "none":
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else ""


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _names(by: str, ids: list[int]) -> Mapping[int, str]:
    return names_of(ids) if by == "person" else team_names(ids)


def _whose(by: str, group: int | str | None, scope: Scope) -> str:
    """Of a group without a single row the name is not told: it may be anybody's."""
    if isinstance(group, int):
        _total, each = lines(scope, by)
        return _names(by, [group]).get(group, "") if group in each else ""
    return _("nobody any more") if group is None else scope.team.name if scope.team else ""


def _periods(user: User, scope: Scope, by: str, moment: datetime) -> tuple[Tab, ...]:
    zone = zone_of(user)
    titles = {
        "week": _("This week"),
        "month": _("This month"),
        "last_month": _("Last month"),
        "quarter": _("This quarter"),
        "last_quarter": _("Last quarter"),
    }
    return tuple(
        Tab(titles[key], _with(scope, by, period=str(period)), str(period) == str(scope.period))
        for key, period in offered(moment.astimezone(zone).date(), zone.key)
    )


def _groups(scope: Scope, by: str) -> tuple[Tab, ...]:
    titles = {"person": _("By person"), "team": _("By team")}
    return tuple(Tab(titles[key], scope.address(by=key), key == by) for key in GROUPS)


def _with(scope: Scope, by: str, **more: str) -> str:
    return scope.address(by=by, **more)


def _teams(user: User, scope: Scope) -> tuple[TeamChoice, ...]:
    found = list(teams_for(user))
    if len(found) < 2:
        return ()
    chosen_one = scope.team.pk if scope.team else None
    return tuple(TeamChoice(str(team.pk), team.name, team.pk == chosen_one) for team in found)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
