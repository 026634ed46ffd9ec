"""Register a lead, and correct its facts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BoundField, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.customers.models import Contact
from leadloop.customers.queries import similar
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame, dress, sent
from leadloop.foundation.ui.pages import show
from leadloop.leads import operations, queries
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable, readable_contacts, require
from leadloop.leads.web.forms import ESSENTIAL, EditForm, FactsForm, RegisterForm
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.process import queries as processes

MOST_OFFERED = 100


@dataclass(frozen=True, slots=True)
class FactsPage:
    title: str
    form: Form
    essential: tuple[BoundField, ...]
    others: tuple[BoundField, ...]
    open: bool
    """Whether the other fields are shown at once."""
    submit: str
    back: str
    again: bool
    """Whether one may save and go on with the next. What is known already is looked up while typing."""
    confirm: BoundField | None = None
    """To be ticked when the same customer has an open lead, and the policy wants a second look."""


@login_required
def register(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    if not may(user, "register"):
        raise NotAllowed(msg("Your role does not register leads."))
    form = RegisterForm(sent(request), user=user)
    twice = request.method == "POST" and form.is_valid() and _known_already(form)
    if twice:
        form.add_error(None, _("This customer has an open lead already. Look at it first."))
    elif request.method == "POST" and form.is_valid():
        try:
            lead = operations.register_lead(facts=form.facts(), actor=user, now=now())
        except LeadloopError as error:
            blame(form, error)
        else:
            messages.success(request, _("%(number)s is registered.") % {"number": lead.number})
            return redirect("leads:new" if "again" in request.POST else lead_address(user, lead.number))
    page = _page(form, title=_("New lead"), submit=_("Register"), back=reverse("leads:list"), again=True)
    if twice:
        page = replace(page, confirm=form["confirmed"])
    return show(request, "leads/facts.html", page, status=UNPROCESSABLE if form.errors else 200)


@login_required
def edit(request: HttpRequest, number: str) -> HttpResponse:
    user = _person(request)
    lead = queries.get(user, number)
    require(user, Verb.EDIT, lead)
    readable = contacts_readable(lead, visibility_of(user))
    form = EditForm(sent(request), lead=lead, contacts=readable, others=_others(lead, user))
    back = reverse("leads:detail", args=[number])
    if request.method == "POST" and form.is_valid():
        try:
            operations.edit_lead(
                lead=lead, changes=form.changes(), seen=form.cleaned_data["seen"], actor=user, now=now()
            )
        except LeadloopError as error:
            blame(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    page = _page(
        form, title=f"{lead.customer.name} · {lead.number}", submit=_("Save"), back=back, again=False
    )
    return show(request, "leads/facts.html", page, status=UNPROCESSABLE if form.errors else 200)


def _others(lead: Lead, user: User) -> list[Contact]:
    """Whom the lead could be about instead: people at the customer whose details the reader may know."""
    known = readable_contacts(lead.customer_id, visibility_of(user)).filter(retired_at=None)
    return list(known.exclude(pk=lead.contact_id or 0).order_by("name", "pk")[:MOST_OFFERED])


def lead_address(user: User, number: str) -> str:
    """The lead's page, or the list for somebody who registered a lead for others."""
    if queries.visible(user).filter(number=number).exists():
        return reverse("leads:detail", args=[number])
    return reverse("leads:list")


def _known_already(form: RegisterForm) -> bool:
    """Whether the policy stops a second lead of a customer whose credit code, phone or e-mail is known."""
    data = form.cleaned_data
    rules = processes.policy(data["process"] or processes.default_process(), "duplicates")
    if rules.get("hard_match") != "block" or data["confirmed"]:
        return False
    found = similar(phone=data["phone"], email=data["email"], credit_code=data["credit_code"])
    sure = [candidate.customer_id for candidate in found if candidate.hard]
    return bool(sure) and Lead.objects.open().filter(customer__in=sure).exists()


def _page(form: FactsForm, *, title: str, submit: str, back: str, again: bool) -> FactsPage:
    dress(form)
    visible = [bound for bound in form if not bound.is_hidden and bound.name != "confirmed"]
    others = tuple(bound for bound in visible if bound.name not in ESSENTIAL)
    return FactsPage(
        title=title,
        form=form,
        essential=tuple(form[name] for name in ESSENTIAL if name in form.fields),
        others=others,
        open=not again or any(bound.errors for bound in others),
        submit=submit,
        back=back,
        again=again,
    )


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
