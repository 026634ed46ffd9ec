"""What is done with a lead, each as a small form in the page's dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
from leadloop.leads import operations, queries
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require
from leadloop.leads.web import forms
from leadloop.people.models import User


@dataclass(frozen=True, slots=True)
class Action:
    """One verb as a form: its words, and how what was typed becomes a call of the operation."""

    verb: Verb
    form: type[forms.LeadForm]
    title: str
    submit: str
    done: str
    run: Callable[[Any, Lead, User], object]
    text: str = ""
    danger: bool = False


def _answer(request: HttpRequest, number: str, action: Action) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    lead = queries.get(user, number)
    require(user, action.verb, lead)
    initial = {name: request.GET[name] for name in ("stage",) if name in request.GET}
    form = action.form(sent(request), lead=lead, user=user, initial=initial)
    if request.method == "POST" and form.is_valid() and _run(form, lead, user, action):
        messages.success(request, action.done % {"customer": lead.customer.name})
        return leave(request, _back(request, user, lead))
    title = f"{action.title} · {lead.customer.name}"
    page = FormPage(
        title=title,
        form=form,
        submit=action.submit,
        back=reverse("leads:detail", args=[number]),
        text=action.text,
        danger=action.danger,
    )
    return show_form(request, page)


def _run(form: forms.LeadForm, lead: Lead, user: User, action: Action) -> bool:
    try:
        action.run(form, lead, user)
    except LeadloopError as error:
        blame(form, error)
        return False
    return True


def _back(request: HttpRequest, user: User, lead: Lead) -> str:
    """The page from which the dialog was opened; the list when the lead is out of sight now."""
    if not queries.visible(user).filter(pk=lead.pk).exists():
        return reverse("leads:list")
    details: Any = getattr(request, "htmx", None)
    return (details.current_url_abs_path if details else None) or reverse("leads:detail", args=[lead.number])


@login_required
def assign(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        data = form.cleaned_data
        operations.assign_lead(lead=lead, owner=data["owner"], reason=data["reason"], actor=user, now=now())

    action = Action(
        Verb.ASSIGN, forms.AssignForm, _("Assign"), _("Assign"), _("%(customer)s was assigned."), run
    )
    return _answer(request, number, action)


@login_required
def claim(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        operations.claim_lead(lead=lead, actor=user, now=now())

    text = _("The lead leaves the pool and is yours.")
    action = Action(
        Verb.CLAIM, forms.LeadForm, _("Claim"), _("Claim"), _("%(customer)s is yours now."), run, text=text
    )
    return _answer(request, number, action)


@login_required
def release(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        operations.release_lead(lead=lead, reason=form.cleaned_data["reason"], actor=user, now=now())

    action = Action(
        Verb.RELEASE, forms.ReasonForm, _("Return to the pool"), _("Return"),
        _("%(customer)s is in the pool."), run, text=_("Others may claim it from there."),
    )  # fmt: skip
    return _answer(request, number, action)


@login_required
def move(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        operations.move_stage(
            lead=lead, stage=form.target, reason=form.cleaned_data["reason"], actor=user, now=now()
        )

    action = Action(
        Verb.MOVE, forms.MoveForm, _("Move to a stage"), _("Move"), _("%(customer)s was moved."), run
    )
    return _answer(request, number, action)


@login_required
def win(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        moment, data = now(), form.cleaned_data
        operations.win_lead(
            lead=lead, amount=data["amount"], closed_at=form.closing_moment(moment), note=data["note"],
            actor=user, now=moment,
        )  # fmt: skip

    action = Action(Verb.WIN, forms.WinForm, _("Won"), _("Won"), _("%(customer)s is won."), run)
    return _answer(request, number, action)


@login_required
def lose(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        moment, data = now(), dict(form.cleaned_data)
        data.pop("closed_on")
        operations.lose_lead(lead=lead, closed_at=form.closing_moment(moment), actor=user, now=moment, **data)

    action = Action(
        Verb.LOSE,
        forms.LoseForm,
        _("Lost"),
        _("Lost"),
        _("%(customer)s is recorded as lost."),
        run,
        danger=True,
    )
    return _answer(request, number, action)


@login_required
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        operations.reopen_lead(lead=lead, reason=form.cleaned_data["reason"], actor=user, now=now())

    action = Action(
        Verb.REOPEN, forms.ReopenForm, _("Reopen"), _("Reopen"), _("%(customer)s is open again."), run,
        text=_("It goes on in the stage where it stood. The history keeps that it was closed."),
    )  # fmt: skip
    return _answer(request, number, action)


@login_required
def invalidate(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        operations.invalidate_lead(lead=lead, actor=user, now=now(), **form.cleaned_data)

    action = Action(
        Verb.INVALIDATE, forms.InvalidateForm, _("Mark invalid"), _("Mark invalid"),
        _("%(customer)s is marked invalid."), run,
        text=_("An invalid lead counts in no conversion rate, only in data quality."), danger=True,
    )  # fmt: skip
    return _answer(request, number, action)


@login_required
def validate(request: HttpRequest, number: str) -> HttpResponse:
    def run(form: Any, lead: Lead, user: User) -> None:
        operations.validate_lead(lead=lead, reason=form.cleaned_data["reason"], actor=user, now=now())

    action = Action(
        Verb.VALIDATE,
        forms.ReasonForm,
        _("Mark valid"),
        _("Mark valid"),
        _("%(customer)s is open again."),
        run,
    )
    return _answer(request, number, action)
