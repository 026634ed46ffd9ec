"""Build public forms, put them on a website, and see what came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.capture import operations, queries, rules
from leadloop.capture.models import ConsentText, PublicForm, Submission
from leadloop.capture.operations import FormFacts
from leadloop.capture.permissions import may_set_retention, require_builder
from leadloop.capture.retention import Retention
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.messages import Message
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame, dress, sent
from leadloop.foundation.ui.pages import show
from leadloop.leads.models import Channel
from leadloop.people.models import User


class BuilderForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the form"), max_length=120, help_text=gettext_lazy("Seen by you only.")
    )
    channel = forms.ModelChoiceField(
        label=gettext_lazy("Channel"), queryset=Channel.objects.all(), required=False
    )
    source_detail = forms.CharField(label=gettext_lazy("Source detail"), max_length=200, required=False)
    campaign = forms.CharField(
        label=gettext_lazy("Campaign"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Else the mark utm_campaign of the visitor's address."),
    )
    title = forms.CharField(label=gettext_lazy("Headline"), max_length=200, required=False)
    button = forms.CharField(label=gettext_lazy("Button"), max_length=60, required=False)
    intro = forms.CharField(
        label=gettext_lazy("Text above the fields"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    thanks = forms.CharField(
        label=gettext_lazy("Thanks"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Shown after sending."),
    )
    redirect = forms.CharField(
        label=gettext_lazy("Or go on to this page"),
        max_length=500,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://www.example.com/thanks"}),
    )
    consent = forms.CharField(
        label=gettext_lazy("What the visitor agrees to"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Each change is a new version; a lead keeps the version that was agreed to."),
    )
    origins = forms.CharField(
        label=gettext_lazy("Websites that may show it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "https://www.example.com"}),
        help_text=gettext_lazy("One a line. The form's own page always works."),
    )
    hourly = forms.IntegerField(
        label=gettext_lazy("Submissions an hour from one address"),
        min_value=0,
        max_value=10_000_000,
        initial=20,
        help_text=gettext_lazy("0: no limit."),
    )
    active = forms.BooleanField(label=gettext_lazy("Open for visitors"), required=False, initial=True)

    def facts(self, fields: list[dict[str, Any]]) -> FormFacts:
        data = self.cleaned_data
        return FormFacts(**data | {"origins": data["origins"].splitlines()}, fields=fields)


@dataclass(frozen=True, slots=True)
class FieldRow:
    name: str
    usual: str
    label: str
    asked: bool
    required: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    forms: tuple[PublicForm, ...]
    retention: Retention
    may_set_retention: bool


@dataclass(frozen=True, slots=True)
class BuilderPage:
    title: str
    form: forms.Form
    rows: tuple[FieldRow, ...]
    fields_fault: str
    back: str


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    submission: Submission
    who: str
    problem: str


@dataclass(frozen=True, slots=True)
class FormPage:
    form: PublicForm
    address: str
    snippet: str
    rows: tuple[SubmissionRow, ...]
    consents: tuple[ConsentText, ...]


@login_required
def form_list(request: HttpRequest) -> HttpResponse:
    require_builder(_person(request))
    page = ListPage(tuple(queries.forms()), queries.retention(), may_set_retention(_person(request)))
    return show(request, "capture/list.html", page)


@login_required
def form_page(request: HttpRequest, pk: int) -> HttpResponse:
    require_builder(_person(request))
    form = queries.form(pk)
    script = request.build_absolute_uri(reverse("capture:embed"))
    page = FormPage(
        form,
        request.build_absolute_uri(reverse("capture:public", args=[form.key])),
        f'<script src="{script}" data-form="{form.key}" async></script>',
        tuple(_submission(one) for one in queries.latest(form)),
        tuple(form.consents.all()),
    )
    return show(request, "capture/form.html", page)


@login_required
def new_form(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    require_builder(user)
    return _build(request, user, None)


@login_required
def edit_form(request: HttpRequest, pk: int) -> HttpResponse:
    user = _person(request)
    require_builder(user)
    return _build(request, user, queries.form(pk))


def _build(request: HttpRequest, user: User, existing: PublicForm | None) -> HttpResponse:
    form = BuilderForm(sent(request), initial=_initial(existing))
    rows = _rows_sent(request.POST) if request.method == "POST" else _rows_of(existing)
    moving = {"up", "down"} & request.POST.keys()
    fault = ""
    if request.method == "POST" and not moving and form.is_valid():
        try:
            saved = _save(form.facts(_fields(rows)), existing, user)
        except LeadloopError as error:
            if error.field == "fields":
                fault = error.message.render(_)
            else:
                blame(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("capture:form", saved.pk)
    if moving:
        # Only the order was changed: nothing is wrong yet, and everything typed stays.
        rows = _moved(rows, request.POST)
        form = BuilderForm(initial=request.POST.dict() | {"active": "active" in request.POST})
    dress(form)
    back = reverse("capture:form", args=[existing.pk]) if existing else reverse("capture:forms")
    page = BuilderPage(existing.name if existing else _("New form"), form, rows, fault, back)
    refused = not moving and (form.errors or fault)
    return show(request, "capture/builder.html", page, status=UNPROCESSABLE if refused else 200)


def _save(facts: FormFacts, existing: PublicForm | None, user: User) -> PublicForm:
    if existing is None:
        return operations.create_form(facts=facts, actor=user, now=now())
    return operations.change_form(form=existing, facts=facts, actor=user, now=now())


def _initial(form: PublicForm | None) -> dict[str, Any]:
    if form is None:
        return {}
    names = (
        "name", "title", "intro", "button", "thanks", "redirect", "source_detail", "campaign", "hourly",
        "active",
    )  # fmt: skip
    consent = queries.consent_of(form)
    return {name: getattr(form, name) for name in names} | {
        "channel": form.channel_id,
        "origins": "\n".join(form.origins),
        "consent": consent.text if consent else "",
    }


def _rows_of(form: PublicForm | None) -> tuple[FieldRow, ...]:
    present: list[Mapping[str, Any]] = (
        form.fields
        if form
        else [{"name": name, "label": "", "required": name in {"contact", "phone"}} for name in rules.USUAL]
    )
    rows = [_row(field["name"], field["label"], True, field["required"]) for field in present]
    names = {row.name for row in rows}
    return (*rows, *(_row(name, "", False, False) for name in rules.FIELDS if name not in names))


def _rows_sent(data: QueryDict) -> tuple[FieldRow, ...]:
    """The rows in the order in which they stand on the page."""
    names = [name for name in dict.fromkeys(data.getlist("order")) if name in rules.FIELDS]
    names += [name for name in rules.FIELDS if name not in names]
    return tuple(
        _row(name, data.get(f"label-{name}", ""), f"ask-{name}" in data, f"required-{name}" in data)
        for name in names
    )


def _row(name: str, label: str, asked: bool, required: bool) -> FieldRow:
    return FieldRow(name, rules.FIELDS[name].label.render(_), label, asked, required)


def _moved(rows: tuple[FieldRow, ...], data: QueryDict) -> tuple[FieldRow, ...]:
    step = -1 if "up" in data else 1
    found = list(rows)
    at = next((n for n, row in enumerate(found) if row.name == data.get("up", data.get("down"))), None)
    if at is not None and 0 <= at + step < len(found):
        found[at], found[at + step] = found[at + step], found[at]
    return tuple(found)


def _fields(rows: tuple[FieldRow, ...]) -> list[dict[str, Any]]:
    return [{"name": row.name, "label": row.label, "required": row.required} for row in rows if row.asked]


def _submission(one: Submission) -> SubmissionRow:
    values = one.values
    who = " · ".join(text for name in ("customer", "contact") if (text := values.get(name)))
    problem = ""
    if one.problem:
        problem = Message(one.problem["text"], one.problem["params"]).render(_)
    return SubmissionRow(one, who, problem)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
