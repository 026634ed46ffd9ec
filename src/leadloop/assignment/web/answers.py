"""Accept a lead that one was given, or return it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.assignment import operations
from leadloop.assignment.queries.offered import receivers
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.errors import note
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
from leadloop.leads import queries
from leadloop.leads.lifecycle import Verb
from leadloop.leads.permissions import require
from leadloop.people.models import User


@login_required
@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    assert isinstance(request.user, User)
    lead = queries.get(request.user, number)
    operations.accept(lead=lead, actor=request.user, now=now())
    text = _("%(customer)s is accepted.") % {"customer": lead.customer.name}
    if request.headers.get("HX-Request"):
        return note(text, status=200, kind="success", also=("today-changed",))
    messages.success(request, text)
    return redirect("leads:detail", number)


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": ""}),
        help_text=gettext_lazy("Whoever gets it next reads this."),
    )
    to = forms.ChoiceField(label=gettext_lazy("Return to"), required=False)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("the pool")), *((str(person.pk), str(person)) for person in people)]


@login_required
def give_back(request: HttpRequest, number: str) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    lead = queries.get(user, number)
    require(user, Verb.RELEASE, lead)
    people = receivers(lead, user)
    form = ReturnForm(sent(request), people=people)
    if request.method == "POST" and form.is_valid():
        to = next((person for person in people if str(person.pk) == form.cleaned_data["to"]), None)
        try:
            operations.give_back(lead=lead, reason=form.cleaned_data["reason"], to=to, actor=user, now=now())
        except LeadloopError as error:
            blame(form, error)
        else:
            messages.success(request, _("%(customer)s was returned.") % {"customer": lead.customer.name})
            return leave(request, reverse("workspace:home"))
    page = FormPage(
        title=f"{_('Return the lead')} · {lead.customer.name}",
        form=form,
        submit=_("Return"),
        back=reverse("leads:detail", args=[number]),
    )
    return show_form(request, page)
