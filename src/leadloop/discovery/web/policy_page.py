"""What makes a need completely discovered: a form of the settings, with what it would mean now."""

from __future__ import annotations

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
from leadloop.foundation.numbers import percent
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
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
    title = _("Need discovery: %(process)s") % {"process": process.name}
    back = reverse("workspace:settings")
    page = FormPage(title=title, form=form, submit=_("Publish"), back=back, text=_stand(process))
    return show_form(request, page)


def _initial(process: Process) -> dict[str, Any]:
    held = queries.policy_of(process.pk)
    return {
        "parts": [part.value for part in held.parts],
        "least_characters": held.least_characters,
        "target": round(held.target * 100),
        "seen": current_version(process).number,
    }


def _stand(process: Process) -> str:
    """What is answered now, part by part: from that everybody sees what a choice would mean."""
    total, by_part = queries.answered_parts(process.pk)
    if not total:
        return _("There are no open leads in this process.")
    shares = [f"{part.label} {percent(by_part[part] / total, 0)}" for part in Part]
    return _("Answered among the %(count)s open leads: %(shares)s.") % {
        "count": total,
        "shares": " · ".join(shares),
    }
