"""Costs: entered one by one, or pasted as a table with a look before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import UNPROCESSABLE, FormPage, blame, dress, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.marketing import operations, queries
from leadloop.marketing.models import Campaign
from leadloop.marketing.operations import CostFacts
from leadloop.marketing.permissions import may_manage
from leadloop.marketing.queries import Recognised
from leadloop.marketing.rules import read_amount
from leadloop.marketing.web import asked as asking
from leadloop.marketing.web.pages import CostsPage, Place
from leadloop.marketing.web.parts import ONE_DAY, TreeChoice, cost_lines, day_field, places

MOST_SHOWN = 500
CURRENCIES = [(code, code) for code in ("CNY", "USD", "EUR", "HKD", "JPY", "GBP")]


class CostForm(forms.Form):
    start = day_field(gettext_lazy("First day"))
    last_day = day_field(gettext_lazy("Last day"))
    amount = forms.CharField(
        label=gettext_lazy("Amount"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES, initial="CNY")
    note = forms.CharField(label=gettext_lazy("What for"), max_length=200, required=False)

    field_order = ("channel", "campaign", "start", "last_day", "amount", "currency", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"] = TreeChoice(
            queries.tree(), label=_("Channel"), required=False, help_text=_("Or a campaign, not both.")
        )
        self.fields["campaign"] = forms.ModelChoiceField(
            Campaign.objects.all(), label=_("Campaign"), required=False
        )
        self.order_fields(self.field_order)

    def facts(self) -> CostFacts:
        data = dict(self.cleaned_data)
        return CostFacts(
            channel=data["channel"],
            campaign=data["campaign"],
            start=data["start"],
            end=data["last_day"] + ONE_DAY,
            amount=read_amount(data["amount"]),
            currency=data["currency"],
            note=data["note"],
        )


class PasteForm(forms.Form):
    table = forms.CharField(
        label=gettext_lazy("Table"),
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES, initial="CNY")


@dataclass(frozen=True, slots=True)
class PreviewLine:
    number: int
    target: str
    start: str
    last_day: str
    amount: Decimal | None
    note: str
    error: str
    overlaps: bool
    replaces: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class PastePage:
    places: tuple[Place, ...]
    form: PasteForm
    lines: tuple[PreviewLine, ...]
    errors: int
    total: Decimal
    currency: str


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    asked = asking.read(request)
    if asked.spent is None:
        raise NotAllowed(msg("Costs are of all leads of a channel; you see only some of them."))
    period = asked.scope.period
    found = queries.costs(period).filter(currency=asked.spent.currency)
    lines = list(cost_lines(found, period))
    page = CostsPage(
        places=places("costs"),
        bar=asking.bar(asked),
        lines=tuple(lines[:MOST_SHOWN]),
        total=sum((line.part for line in lines), Decimal("0.00")),
        cut=max(0, len(lines) - MOST_SHOWN),
        may_manage=may_manage(asked.user),
    )
    return show(request, "marketing/costs.html", page)


@login_required
def new(request: HttpRequest) -> HttpResponse:
    user = asking.manager(request)
    initial = {
        name: request.GET[name] for name in ("channel", "campaign") if request.GET.get(name, "").isdigit()
    }
    form = CostForm(sent(request), initial=initial)

    def write(facts: CostFacts) -> None:
        operations.add_cost(facts=facts, actor=user, now=now())

    return _answer(request, form, write, _("New cost"))


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = asking.manager(request)
    cost = queries.cost(pk)
    initial = {
        "channel": cost.channel_id,
        "campaign": cost.campaign_id,
        "start": cost.start,
        "last_day": cost.end - ONE_DAY,
        "amount": str(cost.amount),
        "currency": cost.currency,
        "note": cost.note,
    }
    form = CostForm(sent(request), initial=initial)

    def write(facts: CostFacts) -> None:
        operations.change_cost(cost=cost, facts=facts, actor=user, now=now())

    return _answer(request, form, write, _("Change cost"))


def _answer(request: HttpRequest, form: CostForm, write: Any, title: str) -> HttpResponse:
    back = reverse("marketing:costs")
    if request.method == "POST" and form.is_valid():
        try:
            write(form.facts())
        except LeadloopError as error:
            if error.field == "target":
                form.add_error("channel", error.message.render(_))
            else:
                blame(form, error)
        else:
            return leave(request, back)
    return show_form(request, FormPage(title=title, form=form, submit=_("Save"), back=back))


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = asking.manager(request)
    cost = queries.cost(pk)
    form = forms.Form(sent(request))
    back = reverse("marketing:costs")
    if request.method == "POST" and form.is_valid():
        operations.remove_cost(cost=cost, actor=user, now=now())
        return leave(request, back)
    page = FormPage(
        title=_("Remove this cost"),
        form=form,
        submit=_("Remove"),
        back=back,
        text=f"{cost.channel or cost.campaign} · {cost.start} – {cost.end - ONE_DAY} · {cost}",
        danger=True,
    )
    return show_form(request, page)


@login_required
def paste(request: HttpRequest) -> HttpResponse:
    """First shown as it was understood; written when nothing is wrong and the person says so."""
    user = asking.manager(request)
    form = PasteForm(sent(request))
    found: list[Recognised] = []
    if request.method == "POST" and form.is_valid():
        try:
            found = queries.recognise(form.cleaned_data["table"], form.cleaned_data["currency"])
        except LeadloopError as error:
            blame(form, error)
        else:
            if "write" in request.POST and found and not any(one.error for one in found):
                return _written(request, found, form.cleaned_data["currency"], user)
    dress(form)
    page = PastePage(
        places=places("costs"),
        form=form,
        lines=tuple(_preview(one) for one in found),
        errors=sum(1 for one in found if one.error),
        total=sum((one.line.amount or Decimal(0) for one in found if not one.error), Decimal(0)),
        currency=form.cleaned_data.get("currency", "CNY") if form.is_bound and form.is_valid() else "CNY",
    )
    bad = bool(form.errors or page.errors)
    return show(request, "marketing/paste.html", page, status=UNPROCESSABLE if bad else 200)


def _written(request: HttpRequest, found: list[Recognised], currency: str, user: Any) -> HttpResponse:
    rows = [
        CostFacts(
            channel=one.channel,
            campaign=one.campaign,
            start=one.line.start,
            end=one.line.end,
            amount=one.line.amount,
            currency=currency,
            note=one.line.note,
        )
        for one in found
        if one.line.start and one.line.end and one.line.amount is not None
    ]
    put = operations.put_costs(rows=rows, actor=user, now=now())
    text = _("%(new)s costs added, %(changed)s changed, %(same)s were there already.")
    messages.success(request, text % {"new": put.new, "changed": put.changed, "same": put.same})
    return leave(request, reverse("marketing:costs"))


def _preview(one: Recognised) -> PreviewLine:
    line = one.line
    return PreviewLine(
        number=line.line,
        target=str(one.channel or one.campaign or line.name),
        start=line.start.isoformat() if line.start else "",
        last_day=(line.end - ONE_DAY).isoformat() if line.end else "",
        amount=line.amount,
        note=line.note,
        error=one.error.render(_) if one.error else "",
        overlaps=one.overlaps,
        replaces=one.replaces if one.replaces != line.amount else None,
        text=line.text,
    )
