"""Forms for the people at a customer."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.customers.models import Contact, Customer
from leadloop.customers.operations import ContactFacts
from leadloop.foundation import clock
from leadloop.foundation.errors import LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
from leadloop.identity import operations
from leadloop.identity.permissions import get, readable_contacts, require_add_contact, require_edit_contact
from leadloop.identity.web.people import user_of


class PersonForm(forms.Form):
    contact = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    title = forms.CharField(label=gettext_lazy("Position"), max_length=120, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role in the purchase"),
        choices=[("", "—"), *Contact.Role.choices],
        required=False,
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput(attrs={"type": "email"}),
    )

    def facts(self) -> ContactFacts:
        data = self.cleaned_data
        return ContactFacts(data["contact"], data["title"], data["phone"], data["email"])


@login_required
def new(request: HttpRequest, pk: int) -> HttpResponse:
    user, customer = user_of(request), get(request.user, pk)
    require_add_contact(user, customer)
    form = PersonForm(sent(request))
    if form.is_bound and form.is_valid():
        try:
            operations.add_person(
                customer=customer,
                facts=form.facts(),
                role=form.cleaned_data["role"],
                actor=user,
                now=clock.now(),
            )
            return leave(request, _page_of(customer))
        except LeadloopError as error:
            blame(form, error)
    return show_form(request, FormPage(_("Add a contact"), form, _("Add"), _page_of(customer)))


@login_required
def edit(request: HttpRequest, pk: int, contact_id: int) -> HttpResponse:
    user, contact = user_of(request), _contact(request, pk, contact_id)
    require_edit_contact(user, contact)
    form = PersonForm(sent(request), initial=_known(contact))
    back = _page_of(contact.customer)
    if form.is_bound and form.is_valid():
        try:
            operations.correct_person(
                contact=contact,
                facts=form.facts(),
                role=form.cleaned_data["role"],
                actor=user,
                now=clock.now(),
            )
            return leave(request, back)
        except LeadloopError as error:
            blame(form, error)
    return show_form(request, FormPage(_("Edit the contact"), form, _("Save"), back))


@login_required
@require_POST
def retire(request: HttpRequest, pk: int, contact_id: int) -> HttpResponse:
    contact = _contact(request, pk, contact_id)
    operations.retire_person(contact=contact, actor=user_of(request), now=clock.now())
    messages.success(request, _("%(name)s is offered for no other lead.") % {"name": contact})
    return leave(request, _page_of(contact.customer))


@login_required
@require_POST
def back(request: HttpRequest, pk: int, contact_id: int) -> HttpResponse:
    contact = _contact(request, pk, contact_id)
    operations.bring_person_back(contact=contact, actor=user_of(request), now=clock.now())
    return leave(request, _page_of(contact.customer))


def _contact(request: HttpRequest, pk: int, contact_id: int) -> Contact:
    customer = get(request.user, pk)
    known = readable_contacts(request.user, customer).select_related("customer")
    found = known.filter(pk=contact_id).first()
    if found is None:
        raise NotFound(msg("There is no such contact."))
    return found


def _known(contact: Contact) -> dict[str, str]:
    facts = {name: getattr(contact, name) for name in ("title", "role", "phone", "email")}
    return {"contact": contact.name, **facts}


def _page_of(customer: Customer) -> str:
    return reverse("customers:detail", args=[customer.pk])
