"""Write a follow-up down: in place on any page, in the dialog, or on a page of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leadloop.actions.models import NextAction
from leadloop.actions.queries import next_of
from leadloop.followup import operations
from leadloop.followup.models import FollowUp
from leadloop.followup.web.forms import LogForm
from leadloop.followup.web.panel import Panel, log_panel, proposal
from leadloop.followup.web.shown import RecordView, view_of
from leadloop.followup.web.uploads import Received, lead_to_log, takes_files
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.ui.forms import UNPROCESSABLE, dress
from leadloop.foundation.ui.pages import in_dialog, leave, show
from leadloop.leads.models import Lead
from leadloop.people.kept import steady
from leadloop.people.models import User

EVENT = "followed-up"
"""What other parts of a page listen for; with the number of the lead."""
DIALOG = "dialog"
_OF_ACTION = "action-"


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What stands where the form was."""

    root: str
    number: str
    record: RecordView
    next_title: str
    next_on: Any
    customer: str


@dataclass(frozen=True, slots=True)
class PanelPage:
    panel: Panel


@login_required
@takes_files(lead_to_log)
def log(request: HttpRequest, number: str, of: Lead, received: Sequence[Received] = ()) -> HttpResponse:
    user, lead, moment = request.user, of, now()
    assert isinstance(user, User)
    if request.method != "POST":
        where = DIALOG if in_dialog(request) else request.GET.get("from", "")[:20]
        with steady():
            return _shown(request, user, lead, _empty(lead, user, moment, where), moment, ())
    form = LogForm(request.POST, lead=lead, user=user)
    keys = [*request.POST.getlist("attachment"), *_kept(form, received, lead, user, moment)]
    record = _saved(form, lead, user, moment, keys) if form.is_valid() else None
    if record is None:
        return _shown(request, user, lead, form, moment, keys)
    return _after(request, lead, record, form.cleaned_data["where"])


def _empty(lead: Lead, user: User, moment: datetime, where: str) -> LogForm:
    """With what is likely: whom the lead names, the action at hand, the day that the cadence asks for."""
    on = proposal(lead, moment)
    initial = {
        "contacts": [lead.contact_id] if lead.contact_id else [],
        "next_on": "" if on is None else on.isoformat(),
        "where": where,
    }
    form = LogForm(initial=initial, lead=lead, user=user)
    form.initial["completes"] = _at_hand(form.open_actions, where, moment)
    return form


def _at_hand(actions: Sequence[NextAction], where: str, moment: datetime) -> int | None:
    """The action from which the form was opened, else the one that is due today or was."""
    if where.startswith(_OF_ACTION):
        wanted = where.removeprefix(_OF_ACTION)
        return next((one.pk for one in actions if str(one.pk) == wanted), None)
    today = timezone.localdate(moment)
    return next((one.pk for one in actions if one.due_on <= today), None)


def _kept(form: LogForm, received: Sequence[Received], lead: Lead, user: User, moment: datetime) -> list[str]:
    """Files sent along with the form, without a script in between."""
    keys = []
    for one in received:
        if one.kept is not None:
            keys.append(operations.keep_upload(lead=lead, kept=one.kept, actor=user, now=moment).key)
        if one.refusal is not None:
            form.add_error(None, one.refusal.render(_))
    return keys


def _saved(form: LogForm, lead: Lead, user: User, moment: datetime, keys: Sequence[str]) -> FollowUp | None:
    data = form.cleaned_data
    try:
        return operations.log(
            lead=lead,
            facts=form.facts(keys),
            actor=user,
            now=moment,
            plan=form.plan(),
            completes=data["completes"],
            answers=form.answers(),
            key=data["key"],
        )
    except LeadloopError as error:
        form.add_error(form.field_of(error.field), error.message.render(_))
        return None


def _shown(
    request: HttpRequest, user: User, lead: Lead, form: LogForm, moment: datetime, keys: Sequence[str]
) -> HttpResponse:
    dress(form)
    dialog = str(form["where"].value() or "") == DIALOG
    page = PanelPage(log_panel(user, lead, form, moment, keys, dialog=dialog))
    template = "followup/panel.html" if request.headers.get("HX-Request") else "followup/page.html"
    return show(request, template, page, status=UNPROCESSABLE if form.errors else 200)


def _after(request: HttpRequest, lead: Lead, record: FollowUp, where: str) -> HttpResponse:
    done = _("The follow-up with %(customer)s is recorded.") % {"customer": lead.customer}
    if not request.headers.get("HX-Request"):
        messages.success(request, done)
        return redirect("leads:detail", lead.number)
    if where in {DIALOG, ""}:
        messages.success(request, done)
        details: Any = getattr(request, "htmx", None)
        there = details.current_url_abs_path if where and details else None
        return leave(request, there or reverse("leads:detail", args=[lead.number]))
    coming = next_of([lead.pk]).get(lead.pk)
    page = SavedPage(
        root=f"followup-{lead.pk}",
        number=lead.number,
        record=view_of(record, readable=True, short=True),
        next_title="" if coming is None else str(coming),
        next_on=None if coming is None else coming.due_on,
        customer=str(lead.customer),
    )
    answer = show(request, "followup/saved.html", page)
    answer["HX-Trigger"] = json.dumps({EVENT: {"number": lead.number, "lead": lead.pk}})
    return answer
