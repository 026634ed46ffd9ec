"""Customers that two people want: both histories side by side, and the manager's decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.assignment import operations
from leadloop.assignment.models import ConflictCase, ConflictState
from leadloop.assignment.permissions import cases_of
from leadloop.assignment.web.reading import Tab, actor_of, require, tabs
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame, dress
from leadloop.foundation.ui.pages import show
from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.leads.permissions import can_see
from leadloop.leads.timeline import Entry
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of

KINDS = {ConflictState.OPEN: "warn", ConflictState.DECIDED: "good", ConflictState.SETTLED: "info"}
LISTED = 200
SHOWN = 12


@dataclass(frozen=True, slots=True)
class CaseRow:
    url: str
    customer: str
    challenger: str
    holder: str
    opened_at: datetime
    state: str
    kind: str
    winner: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class CasesPage:
    tabs: tuple[Tab, ...]
    waiting: tuple[CaseRow, ...]
    decided: tuple[CaseRow, ...]


@login_required
def cases(request: HttpRequest) -> HttpResponse:
    user = actor_of(request)
    require(user, "assign")
    found = cases_of(user).select_related("lead__customer", "challenger", "holder", "winner", "decided_by")
    waiting = found.filter(state=ConflictState.OPEN).order_by("opened_at")[:LISTED]
    decided = found.exclude(state=ConflictState.OPEN).order_by("-decided_at")[:LISTED]
    return show(
        request,
        "assignment/conflicts.html",
        CasesPage(
            tabs=tabs(user, "assignment:conflicts"),
            waiting=tuple(_row(case) for case in waiting),
            decided=tuple(_row(case) for case in decided),
        ),
    )


def _row(case: ConflictCase) -> CaseRow:
    state = ConflictState(case.state)
    return CaseRow(
        url=reverse("assignment:conflict", args=[case.pk]),
        customer=str(case.lead.customer),
        challenger=str(case.challenger),
        holder=str(case.holder),
        opened_at=case.opened_at,
        state=str(state.label),
        kind=KINDS[state],
        winner=str(case.winner or ""),
        decided_by=str(case.decided_by or ""),
    )


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two leads with the facts that a decision goes by."""

    title: str
    person: str
    team: str
    number: str
    url: str
    """Empty where the manager does not see the lead itself."""
    registered_at: datetime
    registered_first: bool
    followed_up_at: datetime | None
    followed_last: bool
    follow_ups: int
    stage: str
    state: str
    grade: str
    channel: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class CasePage:
    tabs: tuple[Tab, ...]
    case: CaseRow
    sides: tuple[Side, ...]
    form: DecisionForm
    is_open: bool
    reason: str
    decided_at: datetime | None


class DecisionForm(forms.Form):
    winner = forms.ModelChoiceField(
        label=gettext_lazy("Who answers for this customer?"),
        queryset=User.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Both of them read it in the history of the lead."),
    )


@login_required
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    user = actor_of(request)
    found = (
        cases_of(user)
        .filter(pk=case_id)
        .select_related("lead__customer", "challenger", "holder", "winner", "decided_by")
        .first()
    )
    if found is None:
        raise NotFound(msg("There is no such case."))
    form = DecisionForm(request.POST if request.method == "POST" else None)
    two = User.objects.filter(pk__in=(found.holder_id, found.challenger_id)).order_by(
        Case(When(pk=found.holder_id, then=0), default=1)
    )
    form.fields["winner"].queryset = two  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            operations.decide(case=found, actor=user, now=now(), **form.cleaned_data)
        except LeadloopError as error:
            blame(form, error)
        else:
            winner = form.cleaned_data["winner"]
            messages.success(request, _("%(person)s answers for the customer now.") % {"person": winner})
            return redirect("assignment:conflicts")
    dress(form)
    page = CasePage(
        tabs=tabs(user, "assignment:conflicts"),
        case=_row(found),
        sides=_sides(found, user),
        form=form,
        is_open=found.state == ConflictState.OPEN,
        reason=found.reason,
        decided_at=found.decided_at,
    )
    return show(request, "assignment/conflict.html", page, status=UNPROCESSABLE if form.errors else 200)


def _sides(case: ConflictCase, user: User) -> tuple[Side, ...]:
    rows = Lead.objects.select_related("stage", "channel", "team", "customer", "process", "owner")
    old, new = (rows.get(pk=pk) for pk in (case.held_against_id, case.lead_id))
    first = old if old.registered_at <= new.registered_at else new
    called = [lead for lead in (old, new) if lead.last_followed_up_at]
    last = max(called, key=lambda lead: lead.last_followed_up_at or lead.registered_at) if called else None
    return (
        _side(_("Works with the customer"), old, case.holder, user, first, last),
        _side(_("New, held"), new, case.challenger, user, first, last),
    )


def _side(title: str, lead: Lead, person: User, user: User, first: Lead, last: Lead | None) -> Side:
    seen = visibility_of(user)
    mine = can_see(lead, seen)
    entries = queries.timeline(lead, seen, limit=SHOWN)
    if not mine:
        # Of another team's lead the other manager sees what happened and when, no words that anybody wrote.
        entries = [Entry(**{name: getattr(one, name) for name in _SAFE}) for one in entries]
    return Side(
        title=title,
        person=str(person),
        team=str(lead.team or ""),
        number=lead.number,
        url=reverse("leads:detail", args=[lead.number]) if mine else "",
        registered_at=lead.registered_at,
        registered_first=lead == first,
        followed_up_at=lead.last_followed_up_at,
        followed_last=lead == last,
        follow_ups=lead.follow_up_count,
        stage=lead.stage.name,
        state=str(lead.get_state_display()),
        grade=lead.grade,
        channel=str(lead.channel or ""),
        entries=tuple(entries),
    )


_SAFE = ("id", "kind", "occurred_at", "recorded_at", "actor", "message", "late")
