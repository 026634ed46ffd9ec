"""Planning, changing, putting off and dropping: small forms in the page's dialog, pages without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leadloop.actions import operations, queries
from leadloop.actions.models import NextAction
from leadloop.actions.operations import Moved
from leadloop.actions.operations.postponing import MOST
from leadloop.actions.permissions import require_change, require_plan
from leadloop.actions.web.doing import back, tell_moved, user_of
from leadloop.actions.web.forms import (
    DropForm,
    PlanForm,
    PostponeForm,
    PostponeManyForm,
    WhatForm,
    WhyForm,
)
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import UNPROCESSABLE, FormPage, blame, dress, sent, show_form
from leadloop.foundation.ui.pages import in_dialog, leave, show
from leadloop.leads import queries as leads
from leadloop.leads.models import Lead


@login_required
def plan(request: HttpRequest, number: str) -> HttpResponse:
    user = user_of(request)
    lead = leads.get(user, number)
    require_plan(user, lead)
    proposed, words = _proposed(lead)
    form = PlanForm(sent(request), lead=lead, user=user, initial={"due_at": proposed})
    if request.method == "POST" and form.is_valid():

        def run() -> object:
            return operations.plan(lead=lead, facts=form.planned(), actor=user, now=now())

        if _done(form, run):
            messages.success(request, _("Planned for %(customer)s.") % {"customer": lead.customer.name})
            return leave(request, back(request) if request.htmx else _page_of(lead))  # type: ignore[attr-defined]
    title = _("Next action · %(customer)s") % {"customer": lead.customer.name}
    return show_form(
        request, FormPage(title=title, form=form, submit=_("Plan"), back=_page_of(lead), text=words)
    )


def _proposed(lead: Lead) -> tuple[date, str]:
    """The day that the cadence asks for, counted from the last contact; never one that has passed."""
    moment, today = now(), timezone.localdate()
    asked = operations.proposed_for(lead, lead.last_followed_up_at or moment)
    if asked is None:
        return today + timedelta(days=1), ""
    day = max(timezone.localtime(asked.due_at).date(), today)
    shown = {"grade": lead.grade, "day": date_format(day, "MONTH_DAY_FORMAT")}
    return day, _("The cadence of grade %(grade)s asks for a contact by %(day)s.") % shown


@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    action = queries.get(user, pk)
    require_change(user, action)
    form = WhatForm(sent(request), initial=WhatForm.shown(action))
    if request.method == "POST" and form.is_valid():
        facts = form.facts(action.due_at, has_time=action.has_time)
        if _done(form, lambda: operations.change(action=action, facts=facts, actor=user, now=now())):
            return leave(request, back(request))
    page = FormPage(
        title=_("Change · %(customer)s") % {"customer": action.lead.customer.name},
        form=form,
        submit=_("Save"),
        back=reverse("actions:own"),
    )
    return show_form(request, page)


@login_required
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    user = user_of(request)
    action = queries.get(user, pk)
    require_change(user, action)
    form = DropForm(sent(request), repeats=bool(action.repeat))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def run() -> object:
            whole = not data.get("once", False)
            return operations.drop(action=action, reason=data["reason"], whole=whole, actor=user, now=now())

        if _done(form, run):
            messages.success(request, _("Not planned any more: %(what)s.") % {"what": action})
            return leave(request, back(request))
    page = FormPage(
        title=_("Drop · %(what)s") % {"what": action},
        form=form,
        submit=_("Drop"),
        back=reverse("actions:own"),
        text=_("The action is not needed any more. If it was done, mark it done instead."),
        danger=True,
    )
    return show_form(request, page)


@dataclass(frozen=True, slots=True)
class Quick:
    """A day offered for one press."""

    title: str
    day: str


@dataclass(frozen=True, slots=True)
class PostponePage:
    title: str
    form: WhyForm
    ids: tuple[str, ...]
    """Of several actions."""
    quick: tuple[Quick, ...]
    back: str


@login_required
def postpone(request: HttpRequest, pk: int) -> HttpResponse:
    """A day alone is enough where nothing is put off: brought forward, no reason is asked for."""
    user = user_of(request)
    action = queries.get(user, pk)
    require_change(user, action)
    form = PostponeForm(sent(request), initial=_moved_to(request, action), day_known="to" in request.GET)
    if request.method == "POST" and form.is_valid():
        moved = _moved(form, action, user_of(request))
        if moved is not None:
            tell_moved(request, moved)
            return leave(request, back(request))
    return _show(request, f"{action} · {action.lead.customer.name}", form, (), _quick(timezone.localdate()))


def _moved_to(request: HttpRequest, action: NextAction) -> dict[str, Any]:
    """A whole-day action has no hour; of another the hour stays."""
    wanted = request.GET.get("to", "")
    try:
        day = date.fromisoformat(wanted)
    except ValueError:
        day = timezone.localdate() + timedelta(days=1)
    clock = timezone.localtime(action.due_at).time() if action.has_time else None
    return {"to": day, "clock": clock}


def _moved(form: PostponeForm, action: NextAction, user: Any) -> Moved | None:
    moved: list[Moved] = []

    def run() -> None:
        moved.append(
            operations.move(
                action=action,
                to=form.moment(action.owner),
                has_time=form.cleaned_data["clock"] is not None,
                reason=form.why(),
                actor=user,
                now=now(),
            )
        )

    return moved[0] if _done(form, run) else None


@login_required
def postpone_many(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    # What the reader does not see is not there: neither moved nor named as refused.
    seen = queries.visible(user).filter(pk__in=_chosen(request)[: MOST + 1])
    ids = list(seen.values_list("pk", flat=True))
    form = PostponeManyForm(sent(request))
    if request.method == "POST" and form.is_valid():
        found: list[Moved] = []

        def run() -> None:
            found.append(
                operations.postpone_many(ids=ids, reason=form.why(), actor=user, now=now(), **form.target())
            )

        if _done(form, run):
            tell_moved(request, found[0])
            return leave(request, back(request))
    count = ngettext("Move %(count)s action", "Move %(count)s actions", len(ids)) % {"count": len(ids)}
    return _show(request, count, form, tuple(str(pk) for pk in ids), _quick(timezone.localdate()))


def _chosen(request: HttpRequest) -> list[int]:
    given = (request.POST if request.method == "POST" else request.GET).getlist("action")
    ids = [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 16]
    if not ids:
        raise UsageError(msg("Choose at least one action."))
    return ids


def _show(
    request: HttpRequest, title: str, form: WhyForm, ids: Sequence[str], quick: Sequence[Quick]
) -> HttpResponse:
    dress(form)
    template = "actions/postpone_dialog.html" if in_dialog(request) else "actions/postpone_page.html"
    page = PostponePage(title, form, tuple(ids), tuple(quick), reverse("actions:own"))
    return show(request, template, page, status=UNPROCESSABLE if form.errors else 200)


def _quick(today: date) -> tuple[Quick, ...]:
    monday = today + timedelta(days=7 - today.weekday())
    offered = (
        (_("Tomorrow"), today + timedelta(days=1)),
        (_("In 3 days"), today + timedelta(days=3)),
        (_("Next Monday"), monday),
        (_("In 2 weeks"), today + timedelta(days=14)),
    )
    return tuple(Quick(title, day.isoformat()) for title, day in offered)


def _done(form: forms.Form, run: Callable[[], object]) -> bool:
    try:
        run()
    except LeadloopError as error:
        blame(form, error)
        return False
    return True


def _page_of(lead: Lead) -> str:
    return reverse("leads:detail", args=[lead.number])
