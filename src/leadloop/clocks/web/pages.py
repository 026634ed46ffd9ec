"""Working calendars, as a page of the settings: what is worked, what is free, until when that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.clocks import operations
from leadloop.clocks.models import WorkCalendar
from leadloop.clocks.operations import SpecialDay
from leadloop.clocks.operations.calendars import hours_text
from leadloop.clocks.permissions import require_calendars
from leadloop.clocks.queries.basis import calendar_of
from leadloop.clocks.web.forms import CalendarForm, days_of
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.foundation.worktime import Calendar, known_until
from leadloop.people.models import User

WEEKS = 6
SOON = timedelta(days=120)
"""Due moments reach this far: from then on a missing year of holidays matters."""


@dataclass(frozen=True, slots=True)
class Day:
    number: int
    title: str
    state: str
    """worked, free, holiday, makeup, own"""
    today: bool


@dataclass(frozen=True, slots=True)
class Shown:
    id: int | None
    name: str
    default: bool
    zone: str
    hours: tuple[tuple[str, str], ...]
    holidays: str
    known_until: date | None
    ends_soon: bool
    teams: tuple[str, ...]
    own: tuple[tuple[date, str, str], ...]
    weeks: tuple[tuple[Day, ...], ...]


@dataclass(frozen=True, slots=True)
class CalendarsPage:
    calendars: tuple[Shown, ...]
    weekdays: tuple[str, ...]


@login_required
def calendars(request: HttpRequest) -> HttpResponse:
    require_calendars(_user(request))
    rows = list(WorkCalendar.objects.prefetch_related("teams__team"))
    if not rows or not rows[0].is_default:
        rows.insert(0, shipped())
    at = now()
    page = CalendarsPage(
        calendars=tuple(_shown(row, at) for row in rows),
        # Chinese has no shorter name of a day than its last sign.
        weekdays=tuple(str(WEEKDAYS_ABBR[day]).removeprefix("星期") for day in range(7)),
    )
    return show(request, "clocks/calendars.html", page)


@login_required
def edit(request: HttpRequest, calendar_id: int | None = None) -> HttpResponse:
    """One calendar; without a number a new one."""
    calendar = None if calendar_id is None else get_object_or_404(WorkCalendar, pk=calendar_id)
    return _edit(request, calendar, default=calendar is not None and calendar.is_default)


@login_required
def edit_default(request: HttpRequest) -> HttpResponse:
    """That of teams without one. It is written when it is changed for the first time."""
    calendar = WorkCalendar.objects.filter(is_default=True).first()
    return _edit(request, calendar or shipped(), default=True)


def _edit(request: HttpRequest, calendar: WorkCalendar | None, *, default: bool) -> HttpResponse:
    user = _user(request)
    require_calendars(user)
    initial = {"zone": settings.TIME_ZONE, "holidays": "china"}
    form = CalendarForm(sent(request), calendar=calendar, default=default, initial=initial)
    if form.is_valid() and (facts := form.facts()) is not None:
        kept = calendar if calendar is not None and calendar.pk is not None else None
        try:
            operations.save_calendar(calendar=kept, facts=facts, actor=user, now=now(), default=default)
            messages.success(request, _("Saved. What is due is computed again within a minute."))
            return leave(request, reverse("clocks:calendars"))
        except LeadloopError as error:
            blame(form, error)
    title = str(calendar) if calendar is not None else _("New calendar")
    text = _("Hours such as 09:00-12:00, 13:30-18:00. A day without hours is free.")
    back = reverse("clocks:calendars")
    return show_form(request, FormPage(title=title, form=form, submit=_("Save"), back=back, text=text))


@login_required
@require_POST
def remove(request: HttpRequest, calendar_id: int) -> HttpResponse:
    calendar = get_object_or_404(WorkCalendar, pk=calendar_id)
    operations.remove_calendar(calendar=calendar, actor=_user(request), now=now())
    messages.success(request, _("Removed. Its teams go by the calendar above them."))
    return redirect("clocks:calendars")


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def shipped() -> WorkCalendar:
    """What holds as long as nobody has written another, not stored."""
    usual = Calendar(zone=settings.TIME_ZONE)
    return WorkCalendar(
        name=_("Standard"),
        zone=usual.zone,
        week=[[[span.opens, span.closes] for span in hours] for hours in usual.week],
        holidays=usual.holidays,
        exceptions=[],
        is_default=True,
    )


def _shown(row: WorkCalendar, at: datetime) -> Shown:
    told = {name: getattr(row, name) for name in ("zone", "week", "holidays", "exceptions")}
    today = at.astimezone(ZoneInfo(row.zone)).date()
    known = known_until(row.holidays)
    own = days_of(row)
    return Shown(
        id=row.pk,
        name=row.name,
        default=row.is_default,
        zone=row.zone,
        hours=_hours(row),
        holidays=_("China, with make-up workdays") if row.holidays else _("none"),
        known_until=known,
        ends_soon=known is not None and known - today < SOON,
        teams=tuple(str(one.team) for one in row.teams.all()) if row.pk else (),
        own=tuple((one.day, hours_text(one.hours), one.note) for one in own),
        weeks=_weeks(calendar_of(told), own, today),
    )


def _hours(row: WorkCalendar) -> tuple[tuple[str, str], ...]:
    """Neighbouring days with the same hours in one line."""
    found = []
    for text, group in groupby(range(7), key=lambda day: hours_text(row.week[day])):
        days = list(group)
        names = str(WEEKDAYS[days[0]])
        if len(days) > 1:
            names = f"{names} – {WEEKDAYS[days[-1]]}"
        found.append((names, text.replace("-", "–")))
    return tuple(found)


def _weeks(calendar: Calendar, own: list[SpecialDay], today: date) -> tuple[tuple[Day, ...], ...]:
    monday = today - timedelta(days=today.weekday())
    notes = {one.day: one.note for one in own}
    days = [_day(calendar, monday + timedelta(days=n), today, notes) for n in range(7 * WEEKS)]
    return tuple(tuple(days[n : n + 7]) for n in range(0, len(days), 7))


def _day(calendar: Calendar, day: date, today: date, notes: dict[date, str]) -> Day:
    state, title = _state(calendar, day, notes)
    return Day(day.day, f"{day.isoformat()} · {title}", state, day == today)


def _state(calendar: Calendar, day: date, notes: dict[date, str]) -> tuple[str, str]:
    worked = bool(calendar.hours(day))
    if day in notes:
        said = _("worked") if worked else _("free")
        return "own" if not worked else "makeup", f"{said} {notes[day]}".strip()
    usual = bool(calendar.week[day.weekday()])
    if worked and not usual:
        return "makeup", _("make-up workday")
    if usual and not worked:
        return "holiday", _("public holiday")
    return ("worked", _("worked")) if worked else ("free", _("free"))
