"""Accept a grade, or correct it for a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, part_for, show
from leadloop.grading import operations
from leadloop.grading.permissions import require_review
from leadloop.grading.rules import GRADES
from leadloop.grading.web.pages import Graded, reader_of, rows
from leadloop.grading.web.panel import panel_of
from leadloop.leads import queries
from leadloop.leads.models import Lead
from leadloop.people.models import User


@dataclass(frozen=True, slots=True)
class ReviewedRow:
    row: Graded


class CorrectForm(forms.Form):
    grade = forms.ChoiceField(label=gettext_lazy("Grade"), choices=[(grade, grade) for grade in GRADES])
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why the grade should be another.")},
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


@login_required
def correct(request: HttpRequest, number: str) -> HttpResponse:
    user = reader_of(request)
    lead = queries.get(user, number)
    require_review(user, lead)
    form = CorrectForm(sent(request), initial={"grade": lead.grade or "A", "seen": lead.grade})
    if request.method == "POST" and form.is_valid() and _correct(form, lead, user):
        messages.success(
            request,
            _("%(customer)s is %(grade)s now.") % {"customer": lead.customer.name, "grade": lead.grade},
        )
        return leave(request, _back(request, lead))
    page = FormPage(
        title=_("Correct the grade · %(customer)s") % {"customer": lead.customer.name},
        form=form,
        submit=_("Correct"),
        back=reverse("leads:detail", args=[number]),
        text=_("Your grade holds until the facts under it change. The rules are told apart from it."),
    )
    return show_form(request, page)


def _correct(form: CorrectForm, lead: Lead, user: User) -> bool:
    data = form.cleaned_data
    try:
        operations.correct(
            lead=lead,
            grade=data["grade"],
            reason=data["reason"],
            actor=user,
            now=now(),
            seen=data["seen"] if "seen" in form.data else None,
        )
    except LeadloopError as error:
        blame(form, error)
        return False
    return True


@require_POST
@login_required
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """From the lead's page, whose part comes back; or from the review list, whose row does."""
    user = reader_of(request)
    lead = queries.get(user, number)
    moment = now()
    operations.accept(lead=lead, actor=user, now=moment, seen=request.POST.get("seen"))
    if part_for(request, "grade"):
        return show(request, "grading/panel.html", panel_of(user, lead, moment))
    if request.headers.get("HX-Request"):
        return show(request, "grading/review_row.html", ReviewedRow(rows(user, [lead], reviewed=True)[0]))
    return leave(request, _back(request, lead))


def _back(request: HttpRequest, lead: Lead) -> str:
    details: Any = getattr(request, "htmx", None)
    return (details.current_url_abs_path if details else None) or reverse("leads:detail", args=[lead.number])
