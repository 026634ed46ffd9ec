"""How long submissions are kept, in a dialog of the list of forms."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.capture import operations, queries
from leadloop.capture.permissions import require_retention
from leadloop.capture.retention import MOST_DAYS, Retention
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
from leadloop.people.models import User


class RetentionForm(forms.Form):
    registered_days = forms.IntegerField(
        label=gettext_lazy("Made a lead: days"), min_value=1, max_value=MOST_DAYS
    )
    refused_days = forms.IntegerField(
        label=gettext_lazy("Refused, sent twice or by a robot: days"), min_value=1, max_value=MOST_DAYS
    )


@login_required
def retention(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    require_retention(request.user)
    form = RetentionForm(sent(request), initial=queries.retention().to_data())
    back = reverse("capture:forms")
    if form.is_bound and form.is_valid():
        try:
            chosen = Retention(**form.cleaned_data)
            operations.set_retention(retention=chosen, actor=request.user, now=now())
            return leave(request, back)
        except LeadloopError as error:
            blame(form, error)
    return show_form(request, FormPage(_("How long submissions are kept"), form, _("Save"), back))
