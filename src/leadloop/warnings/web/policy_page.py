"""What a process warns of, and who has to be known in its decision chains: a form of the settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from leadloop.chain import rules as chains
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import leave
from leadloop.people.permissions import may
from leadloop.process import queries as processes
from leadloop.process import shipped
from leadloop.process.models import Process
from leadloop.warnings import operations, rules
from leadloop.warnings.rules import Policy
from leadloop.warnings.web.answers import reader_of

OFF = gettext_lazy("Empty: no such warning.")


def _days(label: Any, *, least: float = 0.5) -> forms.FloatField:
    return forms.FloatField(
        label=label, required=False, min_value=least, max_value=3_650, help_text=OFF,
        widget=forms.NumberInput(attrs={"step": "0.5"}),
    )  # fmt: skip


class PolicyForm(forms.Form):
    silent_days = _days(gettext_lazy("No reply for so many days"))
    quotations = forms.IntegerField(
        label=gettext_lazy("So many quotation versions"), required=False, max_value=100, help_text=OFF
    )
    quotations_days = forms.FloatField(
        label=gettext_lazy("… within so many days"), min_value=1, max_value=3_650
    )
    percentile = forms.IntegerField(
        label=gettext_lazy("Too long in a stage: longer than this share of won leads, %"),
        min_value=50,
        max_value=99,
    )
    at_least_won = forms.IntegerField(
        label=gettext_lazy("… once so many were won"), min_value=1, max_value=100_000
    )
    expected_times = forms.FloatField(
        label=gettext_lazy("… until then, so many times what is expected"),
        required=False,
        min_value=0.5,
        max_value=100,
        help_text=OFF,
        widget=forms.NumberInput(attrs={"step": "0.5"}),
    )
    no_action_days = _days(gettext_lazy("No next action, so many days after the last follow-up"), least=0)
    overdue_days = _days(gettext_lazy("Next action overdue by so many days"), least=0)
    decision_maker = forms.BooleanField(
        label=gettext_lazy("Negotiation begun and no decision maker met"), required=False
    )
    ask_for_opponents = forms.BooleanField(
        label=gettext_lazy("Decision chain: say when nobody who is against is known"), required=False
    )
    required_roles = forms.MultipleChoiceField(
        label=gettext_lazy("Decision chain: who has to be known"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, roles: chains.Roles, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["required_roles"].choices = [  # type: ignore[attr-defined]
            (key, name.render(_)) for key, name in roles.names.items()
        ]

    def policy(self) -> Policy:
        data = self.cleaned_data
        return Policy(
            silent_days=data["silent_days"],
            quotations=data["quotations"],
            quotations_days=data["quotations_days"],
            percentile=data["percentile"],
            at_least_won=data["at_least_won"],
            expected_times=data["expected_times"],
            decision_maker=data["decision_maker"],
            no_action_days=data["no_action_days"],
            overdue_days=data["overdue_days"],
        )


@login_required
def policy(request: HttpRequest) -> HttpResponse:
    """Of the process in ``?process=``, else of the default one."""
    user = reader_of(request)
    if not may(user, "manage_process"):
        raise NotAllowed(msg("Only sales operations change processes and their rules."))
    wanted = request.GET.get("process")
    process = processes.get(wanted) if wanted else processes.default_process()
    roles = _roles(process)
    form = PolicyForm(sent(request), initial=_initial(process, roles), roles=roles)
    back = reverse("workspace:settings")
    if form.is_bound and form.is_valid():
        try:
            operations.publish(
                process=process,
                policy=form.policy(),
                required=form.cleaned_data["required_roles"],
                ask_for_opponents=form.cleaned_data["ask_for_opponents"],
                seen=form.cleaned_data["seen"],
                actor=user,
                now=now(),
            )
            messages.success(request, _("Published. Warnings go by it within a minute."))
            return leave(request, back)
        except LeadloopError as error:
            blame(form, error)
    title = _("Warnings and decision chain: %(process)s") % {"process": process.name}
    return show_form(request, FormPage(title, form, _("Publish"), back))


def _plain(value: Any) -> Any:
    """Whole numbers as people write them."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _roles(process: Process) -> chains.Roles:
    said = processes.policy(process, "chain") or shipped.policies()["chain"]
    return chains.read(said, get_language() or "en")


def _initial(process: Process, roles: chains.Roles) -> dict[str, Any]:
    held = rules.read(processes.policy(process, "warnings"))
    fields = [name for name in PolicyForm.base_fields if hasattr(held, name)]
    return {
        **{name: _plain(getattr(held, name)) for name in fields},
        "required_roles": list(roles.required),
        "ask_for_opponents": roles.ask_for_opponents,
        "seen": processes.current_version(process).number,
    }
