"""Forms for a customer's name, number and other names."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.foundation import clock
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
from leadloop.identity import operations
from leadloop.identity.permissions import get
from leadloop.identity.web.people import user_of


class CustomerForm(forms.Form):
    customer = forms.CharField(label=gettext_lazy("customer"), max_length=200)
    credit_code = forms.CharField(
        label=gettext_lazy("unified social credit code"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("18 signs; the last one is checked."),
    )


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("other name"),
        max_length=200,
        help_text=gettext_lazy(
            "A short form or a former name. New leads of this name come to this customer."
        ),
    )


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get(request.user, pk)
    form = CustomerForm(
        sent(request), initial={"customer": customer.name, "credit_code": customer.credit_code}
    )
    back = reverse("customers:detail", args=[pk])
    if form.is_bound and form.is_valid():
        try:
            operations.correct_customer(
                customer=customer,
                name=form.cleaned_data["customer"],
                credit_code=form.cleaned_data["credit_code"],
                actor=user_of(request),
                now=clock.now(),
            )
            return leave(request, back)
        except LeadloopError as error:
            blame(form, error)
    return show_form(request, FormPage(_("Edit the customer"), form, _("Save"), back))


@login_required
def new_name(request: HttpRequest, pk: int) -> HttpResponse:
    customer = get(request.user, pk)
    form = NameForm(sent(request))
    back = reverse("customers:detail", args=[pk])
    if form.is_bound and form.is_valid():
        try:
            operations.add_alias(
                customer=customer,
                name=form.cleaned_data["name"],
                actor=user_of(request),
                now=clock.now(),
            )
            return leave(request, back)
        except LeadloopError as error:
            blame(form, error)
    return show_form(request, FormPage(_("Add another name"), form, _("Add"), back))


@login_required
@require_POST
def remove_name(request: HttpRequest, pk: int, alias_id: int) -> HttpResponse:
    alias = get_object_or_404(get(request.user, pk).aliases, pk=alias_id)
    operations.remove_alias(alias=alias, actor=user_of(request), now=clock.now())
    return leave(request, reverse("customers:detail", args=[pk]))
