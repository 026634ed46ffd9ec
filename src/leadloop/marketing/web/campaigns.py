"""Campaigns with their figures, and what is done to one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave, show
from leadloop.marketing import figures, operations, queries
from leadloop.marketing.models import Campaign
from leadloop.marketing.permissions import may_manage
from leadloop.marketing.web import asked as asking
from leadloop.marketing.web.pages import CampaignLine, CampaignsPage
from leadloop.marketing.web.parts import ONE_DAY, TreeChoice, day_field, places


class CampaignForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("As leads name it. With another name, its leads follow."),
    )
    start = day_field(gettext_lazy("First day"))
    last_day = day_field(gettext_lazy("Last day"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    field_order = ("name", "channel", "start", "last_day", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"] = TreeChoice(queries.tree(), label=_("Channel"), required=False)
        self.order_fields(self.field_order)

    def facts(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return data | {"end": data.pop("last_day") + ONE_DAY}


@login_required
def overview(request: HttpRequest) -> HttpResponse:
    asked = asking.read(request)
    campaigns = {one.pk: one for one in Campaign.objects.select_related("channel")}
    rows = figures.of_campaigns(asked.snapshot, asked.scope, campaigns.values(), asked.spent)
    page = CampaignsPage(
        places=places("campaigns"),
        bar=asking.bar(asked),
        lines=tuple(_line(row, campaigns.get(row.id)) for row in rows),
        may_manage=may_manage(asked.user),
    )
    return show(request, "marketing/campaigns.html", page)


def _line(row: figures.Row, campaign: Campaign | None) -> CampaignLine:
    return CampaignLine(row, campaign, (campaign.end - ONE_DAY).isoformat() if campaign else "")


@login_required
def new(request: HttpRequest) -> HttpResponse:
    user = asking.manager(request)
    form = CampaignForm(sent(request), initial={"name": request.GET.get("name", "")[:120]})
    back = reverse("marketing:campaigns")
    if request.method == "POST" and form.is_valid():
        try:
            operations.create_campaign(actor=user, now=now(), **form.facts())
        except LeadloopError as error:
            blame(form, error)
        else:
            return leave(request, back)
    return show_form(request, FormPage(title=_("New campaign"), form=form, submit=_("Create"), back=back))


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = asking.manager(request)
    campaign = queries.campaign(pk)
    initial = {
        "name": campaign.name,
        "channel": campaign.channel_id,
        "start": campaign.start,
        "last_day": campaign.end - ONE_DAY,
        "note": campaign.note,
    }
    form = CampaignForm(sent(request), initial=initial)
    back = reverse("marketing:campaigns")
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_campaign(campaign=campaign, actor=user, now=now(), **form.facts())
        except LeadloopError as error:
            blame(form, error)
        else:
            return leave(request, back)
    return show_form(request, FormPage(title=campaign.name, form=form, submit=_("Save"), back=back))


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = asking.manager(request)
    campaign = queries.campaign(pk)
    form = forms.Form(sent(request))
    back = reverse("marketing:campaigns")
    if request.method == "POST" and form.is_valid():
        try:
            operations.remove_campaign(campaign=campaign, actor=user, now=now())
        except LeadloopError as error:
            blame(form, error)
        else:
            return leave(request, back)
    page = FormPage(
        title=_("Remove %(campaign)s") % {"campaign": campaign.name},
        form=form,
        submit=_("Remove"),
        back=back,
        text=_("Its leads keep the name as a text."),
        danger=True,
    )
    return show_form(request, page)
