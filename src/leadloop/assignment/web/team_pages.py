"""Who got what, how people take part, and handing over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from leadloop.assignment import operations
from leadloop.assignment.models import Absence, Seller
from leadloop.assignment.permissions import people_of
from leadloop.assignment.queries import fairness, people, policies
from leadloop.assignment.web.reading import Choice, Tab, actor_of, period_of, require, tabs
from leadloop.assignment.web.rule_forms import Words
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.leads.models import State
from leadloop.people.models import User
from leadloop.people.queries import assignable
from leadloop.process.queries import default_process

MONTHS = 4
LISTED = 500
WAYS = {
    "rule": gettext_lazy("by rule"),
    "by_hand": gettext_lazy("by hand"),
    "claimed": gettext_lazy("claimed"),
    "own": gettext_lazy("own entry"),
    "handover": gettext_lazy("handed over"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class GotRow:
    name: str
    grades: tuple[Cell, ...]
    ways: tuple[Cell, ...]
    total: Cell
    open_now: int
    open_url: str
    share: float


@dataclass(frozen=True, slots=True)
class FairnessPage:
    tabs: tuple[Tab, ...]
    periods: tuple[Choice, ...]
    rows: tuple[GotRow, ...]
    ways: tuple[str, ...]
    total: int
    people: int
    fewest: int
    most: int
    period: str


@login_required
def who_got_what(request: HttpRequest) -> HttpResponse:
    user = actor_of(request)
    require(user, "assign")
    period = period_of(request, now())
    found = fairness.got(user, period)
    most = max((row.total for row in found), default=0)
    return show(
        request,
        "assignment/fairness.html",
        FairnessPage(
            tabs=tabs(user, "assignment:fairness"),
            periods=_periods(period),
            rows=tuple(_got(row, period, most) for row in found),
            ways=tuple(str(name) for name in WAYS.values()),
            total=sum(row.total for row in found),
            people=len(found),
            fewest=min((row.total for row in found), default=0),
            most=most,
            period=str(period),
        ),
    )


def _periods(chosen: Period) -> tuple[Choice, ...]:
    zone = timezone.get_current_timezone_name()
    months = [Period.containing(timezone.localdate(), "month", zone)]
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    texts = [str(month) for month in months]
    if str(chosen) not in texts:
        texts.append(str(chosen))
    return tuple(Choice(text, text, text == str(chosen)) for text in texts)


def _got(row: fairness.Got, period: Period, most: int) -> GotRow:
    def cell(count: int, **which: str) -> Cell:
        values = {"person": str(row.person.pk), "period": str(period), **which}
        return Cell(count, f"{reverse('assignment:given')}?{urlencode(values)}" if count else "")

    filters = urlencode({"owner": str(row.person.pk), "state": str(State.OPEN)})
    return GotRow(
        name=str(row.person),
        grades=tuple(cell(row.grades[grade], grade=grade or "-") for grade in fairness.GRADES),
        ways=tuple(cell(row.ways[way], way=way) for way in WAYS),
        total=cell(row.total),
        open_now=row.open_now,
        open_url=f"{reverse('leads:list')}?{filters}",
        share=row.total / most if most else 0.0,
    )


@dataclass(frozen=True, slots=True)
class GivenLead:
    number: str
    url: str
    customer: str
    grade: str
    state: str
    captured_at: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class GivenPage:
    tabs: tuple[Tab, ...]
    title: str
    leads: tuple[GivenLead, ...]
    total: int
    cut: bool
    back: str


@login_required
def given(request: HttpRequest) -> HttpResponse:
    """The leads behind a number of the table."""
    user = actor_of(request)
    require(user, "assign")
    person = _person(user, request.GET.get("person", ""))
    period = period_of(request, now())
    grade, way = request.GET.get("grade"), request.GET.get("way")
    grade = None if grade is None else grade.replace("-", "")
    leads = fairness.leads_got(user, person, period, grade, way if way in WAYS else None)
    rows = leads.select_related("customer", "owner").order_by("-captured_at", "-pk")
    total = rows.count()
    words = [
        str(person),
        str(period),
        _("grade %(grade)s") % {"grade": grade} if grade else "",
        str(WAYS.get(way or "", "")),
    ]
    return show(
        request,
        "assignment/given.html",
        GivenPage(
            tabs=tabs(user, "assignment:fairness"),
            title=" · ".join(word for word in words if word),
            leads=tuple(
                GivenLead(
                    lead.number,
                    reverse("leads:detail", args=[lead.number]),
                    str(lead.customer),
                    lead.grade,
                    str(State(lead.state).label),
                    lead.captured_at,
                    str(lead.owner or ""),
                )
                for lead in rows[:LISTED]
            ),
            total=total,
            cut=total > LISTED,
            back=f"{reverse('assignment:fairness')}?{urlencode({'period': str(period)})}",
        ),
    )


def _person(user: User, text: str) -> User:
    found = people_of(user).filter(pk=int(text) if text.isascii() and text.isdigit() else 0).first()
    if found is None:
        raise NotFound(msg("There is no such person."))
    return found


@dataclass(frozen=True, slots=True)
class Away:
    id: int
    first_day: date
    last_day: date
    note: str
    now: bool


@dataclass(frozen=True, slots=True)
class PersonRow:
    id: int
    name: str
    teams: str
    active: bool
    takes_leads: bool
    open_leads: int
    cap: int
    full: bool
    share: float
    industries: tuple[str, ...]
    absences: tuple[Away, ...]
    owned: int


@dataclass(frozen=True, slots=True)
class PeoplePage:
    tabs: tuple[Tab, ...]
    rows: tuple[PersonRow, ...]
    gone: tuple[PersonRow, ...]
    """Left, and still owners of leads."""


@login_required
def team(request: HttpRequest) -> HttpResponse:
    user = actor_of(request)
    require(user, "assign")
    cap = policies.holding(default_process()).policy.cap
    is_open = Count("leads", filter=Q(leads__state=State.OPEN), distinct=True)
    found = people_of(user).annotate(open_leads=is_open, owned=Count("leads", distinct=True))
    rows = [
        _row(person, cap)
        for person in found.prefetch_related("memberships__team", "experience", "absences", "seller")
    ]
    return show(
        request,
        "assignment/people.html",
        PeoplePage(
            tabs=tabs(user, "assignment:people"),
            rows=tuple(row for row in rows if row.active),
            gone=tuple(row for row in rows if not row.active and row.owned),
        ),
    )


def _row(person: Any, cap: int) -> PersonRow:
    seller: Seller | None = getattr(person, "seller", None)
    own = cap if seller is None or seller.open_leads is None else seller.open_leads
    today = now().astimezone(people.zone_of(person)).date()
    return PersonRow(
        id=person.pk,
        name=str(person),
        teams="、".join(sorted({one.team.name for one in person.memberships.all() if one.team})),
        active=person.is_active,
        takes_leads=seller is None or seller.takes_leads,
        open_leads=person.open_leads,
        cap=own,
        full=bool(own) and person.open_leads >= own,
        share=min(person.open_leads / own, 1.0) if own else 0.0,
        industries=tuple(one.industry for one in person.experience.all()),
        absences=tuple(
            Away(one.pk, one.first_day, one.last_day, one.note, one.first_day <= today)
            for one in person.absences.all()
            if one.last_day >= today
        ),
        owned=person.owned,
    )


class SellerForm(forms.Form):
    takes_leads = forms.BooleanField(label=gettext_lazy("Gets leads by rule"), required=False)
    open_leads = forms.IntegerField(
        label=gettext_lazy("Open leads, at most"),
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy("Empty: as the rules say. 0: no cap."),
    )
    industries = Words(gettext_lazy("Knows the industries"), "industry")


class AbsenceForm(forms.Form):
    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)


class HandOverForm(forms.Form):
    to = forms.ModelMultipleChoiceField(
        label=pgettext_lazy("who receives leads", "To"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-pick": ""}),
        help_text=gettext_lazy("Nobody chosen: by the rules. Several: evenly, each customer to one of them."),
    )
    with_closed = forms.BooleanField(
        label=gettext_lazy("Won and lost leads, too"), required=False, initial=True
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)


@login_required
def seller(request: HttpRequest, person_id: int) -> HttpResponse:
    user = actor_of(request)
    person = _person(user, str(person_id))
    present = Seller.objects.filter(person=person).first()
    initial = {
        "takes_leads": present is None or present.takes_leads,
        "open_leads": present.open_leads if present else None,
        "industries": [one.industry for one in person.experience.all()],
    }
    form = SellerForm(sent(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_seller(person=person, actor=user, now=now(), **form.cleaned_data)
            return leave(request, reverse("assignment:people"))
        except LeadloopError as error:
            blame(form, error)
    page = FormPage(title=str(person), form=form, submit=_("Save"), back=reverse("assignment:people"))
    return show_form(request, page)


@login_required
def absence(request: HttpRequest, person_id: int) -> HttpResponse:
    """For the own person everybody, for others who arranges for them."""
    user = actor_of(request)
    person = user if person_id == user.pk else _person(user, str(person_id))
    form = AbsenceForm(sent(request), initial={"first_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_absence(person=person, actor=user, now=now(), **form.cleaned_data)
            messages.success(
                request, _("%(person)s gets no leads by rule on these days.") % {"person": person}
            )
            return leave(request, _absences_of(user, person))
        except LeadloopError as error:
            blame(form, error)
    title = _("%(person)s is away") % {"person": person}
    page = FormPage(title=title, form=form, submit=_("Save"), back=_absences_of(user, person))
    return show_form(request, page)


def _absences_of(user: User, person: User) -> str:
    """Where the reader sees them: one's own have a page that everybody may open."""
    return reverse("assignment:own_absences" if person.pk == user.pk else "assignment:people")


@dataclass(frozen=True, slots=True)
class AbsencesPage:
    person: int
    absences: tuple[Away, ...]
    zone: str


@login_required
def own_absences(request: HttpRequest) -> HttpResponse:
    """When the reader gets no leads by rule, from today on."""
    user = actor_of(request)
    require(user, "claim")
    zone = people.zone_of(user)
    today = now().astimezone(zone).date()
    rows = user.absences.filter(last_day__gte=today)
    away = tuple(Away(one.pk, one.first_day, one.last_day, one.note, one.first_day <= today) for one in rows)
    return show(request, "assignment/absences.html", AbsencesPage(user.pk, away, str(zone)))


@login_required
@require_POST
def end_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    user = actor_of(request)
    found = get_object_or_404(Absence.objects.select_related("person"), pk=absence_id)
    operations.remove_absence(absence=found, actor=user, now=now())
    messages.success(request, _("%(person)s gets leads again.") % {"person": found.person})
    return leave(request, _absences_of(user, found.person))


@login_required
def hand_over(request: HttpRequest, person_id: int) -> HttpResponse:
    user = actor_of(request)
    person = _person(user, str(person_id))
    form = HandOverForm(sent(request))
    form.fields["to"].queryset = assignable(user).exclude(pk=person.pk)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            done = operations.hand_over(
                person=person,
                to=list(form.cleaned_data["to"]),
                with_closed=form.cleaned_data["with_closed"],
                reason=form.cleaned_data["reason"],
                actor=user,
                now=now(),
            )
            _say(request, done.total, len(done.given), done.left)
            return leave(request, reverse("assignment:people"))
        except LeadloopError as error:
            blame(form, error)
    owned = person.leads.filter(state__in=(State.OPEN, State.WON, State.LOST))
    facts = {
        "open": owned.filter(state=State.OPEN).count(),
        "closed": owned.exclude(state=State.OPEN).count(),
    }
    text = (
        _("%(open)s open and %(closed)s closed leads. Stage, history and records stay as they are.") % facts
    )
    title = _("Hand over everything of %(person)s") % {"person": person}
    page = FormPage(
        title=title, form=form, submit=_("Hand over"), back=reverse("assignment:people"), text=text
    )
    return show_form(request, page)


def _say(request: HttpRequest, total: int, receivers: int, left: int) -> None:
    facts = {"leads": total, "people": receivers, "left": left}
    messages.success(request, _("%(leads)s leads handed over to %(people)s people.") % facts)
    if left:
        messages.warning(
            request, _("For %(left)s leads no rule found anybody: they stay as they were.") % facts
        )
