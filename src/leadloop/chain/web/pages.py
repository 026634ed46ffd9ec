"""The decision chain of a lead: its page, its part of the lead's page, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.chain import operations, queries
from leadloop.chain.models import Member
from leadloop.chain.rules import DECISION_MAKER
from leadloop.chain.web.forms import MemberForm, known
from leadloop.chain.web.view import ChainView, view_of
from leadloop.foundation import clock
from leadloop.foundation.errors import LeadloopError, NotFound, UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.leads import queries as leads
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require
from leadloop.people.models import User

PAGE = "page"
"""Value of ``?on=`` when something is done from the chain's own page."""


@dataclass(frozen=True, slots=True)
class ChainPage:
    customer: str
    lead_url: str
    chain: ChainView


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
def page(request: HttpRequest, number: str) -> HttpResponse:
    lead = leads.get(request.user, number)
    chain = view_of(lead, user_of(request), whole=True)
    return show(request, "chain/page.html", ChainPage(str(lead.customer), _lead_page(lead), chain))


@login_required
def add(request: HttpRequest, number: str) -> HttpResponse:
    user, lead, now = user_of(request), leads.get(request.user, number), clock.now()
    require(user, Verb.EDIT, lead)
    form = MemberForm(sent(request), lead=lead, people=queries.members(lead), initial=_wished(request, lead))
    if form.is_bound and form.is_valid():
        try:
            operations.add(lead=lead, facts=form.facts(now), actor=user, now=now)
            return leave(request, _back(request, lead))
        except LeadloopError as error:
            blame(form, _at_field(error))
    title = _("Add a person to the decision chain")
    return show_form(request, FormPage(title, form, _("Add"), _back(request, lead)))


def _wished(request: HttpRequest, lead: Lead) -> dict[str, object]:
    """A role that is missing, or a contact of whom the customer's page says more."""
    contact = next((one for one in queries.addable(lead) if str(one.pk) == request.GET.get("contact")), None)
    role = request.GET.get("role") or (queries.role_of_contact(contact) if contact else "")
    return {"role": role or DECISION_MAKER, "contact": contact.pk if contact else ""}


@login_required
@require_POST
def add_contact(request: HttpRequest, number: str) -> HttpResponse:
    user, lead = user_of(request), leads.get(request.user, number)
    require(user, Verb.EDIT, lead)
    chosen = request.POST.get("contact", "")
    contact = next((one for one in queries.addable(lead) if str(one.pk) == chosen), None)
    if contact is None:
        raise NotFound(msg("There is no such contact."))
    operations.add_contact(lead=lead, contact=contact, actor=user, now=clock.now())
    return _drawn(request, lead)


@login_required
def edit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    user, lead, now = user_of(request), leads.get(request.user, number), clock.now()
    require(user, Verb.EDIT, lead)
    member = _member(lead, pk)
    people = queries.members(lead)
    form = MemberForm(sent(request), lead=lead, people=people, member=member, initial=known(member))
    if form.is_bound and form.is_valid():
        try:
            operations.edit(member=member, facts=form.facts(now), actor=user, now=now, seen=form.seen_at())
            return leave(request, _back(request, lead))
        except LeadloopError as error:
            blame(form, _at_field(error))
    return show_form(request, FormPage(member.name, form, _("Save"), _back(request, lead)))


@login_required
def remove(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Asks once: what was known of somebody is gone then; a contact stays with the customer."""
    user, lead = user_of(request), leads.get(request.user, number)
    require(user, Verb.EDIT, lead)
    member, form = _member(lead, pk), forms.Form(sent(request))
    if form.is_bound and form.is_valid():
        operations.remove(member=member, actor=user, now=clock.now())
        return leave(request, _back(request, lead))
    text = _("%(name)s leaves the decision chain, with stance, influence and note.") % {"name": member.name}
    if member.contact_id:
        text += " " + _("The contact stays with the customer.")
    title = _("Remove from the decision chain")
    shown = FormPage(title, form, _("Remove"), _back(request, lead), text=text, danger=True)
    return show_form(request, shown)


@login_required
@require_POST
def place(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    lead = leads.get(request.user, number)
    x, y = (_coordinate(request.POST.get(name, "")) for name in ("x", "y"))
    operations.place(member=_member(lead, pk), x=x, y=y, actor=user_of(request), now=clock.now())
    return HttpResponse(status=204) if request.headers.get("HX-Request") else _drawn(request, lead)


def _coordinate(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(msg("This is no place on the map.")) from None


@login_required
@require_POST
def report_to(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    lead = leads.get(request.user, number)
    boss = request.POST.get("boss", "")
    above = _member(lead, int(boss)) if boss.isdecimal() and len(boss) < 19 else None
    operations.report_to(member=_member(lead, pk), boss=above, actor=user_of(request), now=clock.now())
    return _drawn(request, lead)


@login_required
@require_POST
def arrange(request: HttpRequest, number: str) -> HttpResponse:
    lead = leads.get(request.user, number)
    operations.arrange(lead=lead, actor=user_of(request), now=clock.now())
    return _drawn(request, lead)


def _drawn(request: HttpRequest, lead: Lead) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(_back(request, lead))
    whole = request.GET.get("on") == PAGE
    return show(request, "chain/chain.html", view_of(lead, user_of(request), whole=whole))


def _member(lead: Lead, pk: int) -> Member:
    found = Member.objects.filter(lead=lead, pk=pk).select_related("contact").first()
    if found is None:
        raise NotFound(msg("There is no such person."))
    found.lead = lead
    return found


def _back(request: HttpRequest, lead: Lead) -> str:
    if request.GET.get("on") == PAGE:
        return reverse("chain:page", args=[lead.number])
    return _lead_page(lead)


def _lead_page(lead: Lead) -> str:
    return reverse("leads:detail", args=[lead.number])


def _at_field(error: LeadloopError) -> LeadloopError:
    error.field = {"met_at": "met_on"}.get(error.field or "", error.field)
    return error
