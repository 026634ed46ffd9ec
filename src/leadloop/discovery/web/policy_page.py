"""What makes a need completely discovered: a form of the settings, with what it would mean now."""

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

from leadloop.discovery import operations, queries
from leadloop.discovery.rules import MOST_LEAST, Policy
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame, dress, sent
from leadloop.foundation.ui.pages import leave, show
from leadloop.leads.models import Lead, State
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.playbook.models import Part
from leadloop.process.models import Process
from leadloop.process.queries import current_version, default_process, get


class PolicyForm(forms.Form):
    parts = forms.MultipleChoiceField(
        label=gettext_lazy("Parts that are asked for"), choices=Part, widget=forms.CheckboxSelectMultiple
    )
    least_characters = forms.IntegerField(
        label=gettext_lazy("Shortest answer, in characters"), min_value=1, max_value=MOST_LEAST
    )
    target = forms.IntegerField(
        label=gettext_lazy("Target, %"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("Of the leads that go on to a proposal, those whose need is complete then."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def policy(self) -> Policy:
        data = self.cleaned_data
        return Policy(
            parts=tuple(part for part in Part if part in data["parts"]),
            least_characters=data["least_characters"],
            target=data["target"] / 100,
        )


@dataclass(frozen=True, slots=True)
class Choice:
    part: str
    title: str
    chosen: bool
    share: float | None
    """Of the open leads, those with an answer."""


@dataclass(frozen=True, slots=True)
class PolicyPage:
    title: str
    form: PolicyForm
    choices: tuple[Choice, ...]
    total: int
    complete: float | None
    """Share of the open leads, by what holds now."""


@login_required
def policy(request: HttpRequest) -> HttpResponse:
    """Of the process in ``?process=``, else of the default one."""
    user = request.user
    assert isinstance(user, User)
    if not may(user, "manage_process"):
        raise NotAllowed(msg("Only sales operations change processes and their rules."))
    process = get(request.GET["process"]) if request.GET.get("process") else default_process()
    form = PolicyForm(sent(request), initial=_initial(process))
    if form.is_valid():
        try:
            operations.publish_discovery(
                process=process, policy=form.policy(), actor=user, now=now(), seen=form.cleaned_data["seen"]
            )
            messages.success(request, _("Published. Leads are judged by it from now on."))
            return leave(request, reverse("workspace:settings"))
        except LeadloopError as error:
            blame(form, error)
    dress(form)
    status = UNPROCESSABLE if form.errors else 200
    return show(request, "discovery/policy.html", _page(process, form), status=status)


def _page(process: Process, form: PolicyForm) -> PolicyPage:
    total, by_part = queries.answered_parts(process.pk)
    open_leads = Lead.objects.filter(process=process, state=State.OPEN)
    chosen = form["parts"].value() or []
    return PolicyPage(
        title=_("Need discovery: %(process)s") % {"process": process.name},
        form=form,
        choices=tuple(
            Choice(part.value, str(part.label), part in chosen, by_part[part] / total if total else None)
            for part in Part
        ),
        total=total,
        complete=queries.completeness(open_leads).share,
    )


def _initial(process: Process) -> dict[str, Any]:
    held = queries.policy_of(process.pk)
    return {
        "parts": [part.value for part in held.parts],
        "least_characters": held.least_characters,
        "target": round(held.target * 100),
        "seen": current_version(process).number,
    }
