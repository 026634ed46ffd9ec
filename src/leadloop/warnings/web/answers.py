"""What people do with a warning: one click each, in place or on a page of its own."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from leadloop.foundation import clock
from leadloop.foundation.errors import DataError, LeadloopError, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.forms import FormPage, blame, sent, show_form
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.templatetags.ui import day
from leadloop.leads.queries import visible
from leadloop.people.models import User
from leadloop.warnings import operations
from leadloop.warnings.models import Alert
from leadloop.warnings.permissions import require_answer
from leadloop.warnings.queries.alerts import WITH
from leadloop.warnings.web.rows import PUT_OFF, RowPage, row_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ANSWERED = "warning-answered"


def reader_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def alert_of(request: HttpRequest, pk: int) -> Alert:
    """What the reader may not see does not exist."""
    found = Alert.objects.filter(pk=pk).select_related(*WITH, "lead__process", "lead__team").first()
    if found is None or not visible(request.user).filter(pk=found.lead_id).exists():
        raise NotFound(msg("There is no such warning."))
    return found


@login_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    alert = alert_of(request, pk)
    action = operations.act(alert=alert, actor=reader_of(request), now=clock.now())
    said = _("Planned: %(title)s, %(day)s.") % {"title": action, "day": day(action.due_at)}
    return _answered(request, alert, said)


@login_required
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    alert = alert_of(request, pk)
    outcome = request.POST.get("outcome", "")
    operations.judge(alert=alert, outcome=outcome, actor=reader_of(request), now=clock.now())
    return _answered(request, alert, _("Thank you. It counts in how good the rule is."))


class SnoozeForm(forms.Form):
    until = forms.DateField(
        label=gettext_lazy("Snooze until"), widget=forms.DateInput(attrs={"type": "date"})
    )


@login_required
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """``days``, from a button, or a day from the form."""
    alert, now = alert_of(request, pk), clock.now()
    require_answer(reader_of(request), alert)
    if request.method == "POST" and "days" in request.POST:
        until = _in_days(request.POST["days"], now)
        operations.snooze(alert=alert, until=until, actor=reader_of(request), now=now)
        return _answered(request, alert, _said_until(until))
    form = SnoozeForm(sent(request), initial={"until": timezone.localdate(now) + timedelta(days=7)})
    if form.is_bound and form.is_valid():
        until = _morning(form.cleaned_data["until"])
        try:
            operations.snooze(alert=alert, until=until, actor=reader_of(request), now=now)
            return _answered(request, alert, _said_until(until), leave=True)
        except LeadloopError as error:
            blame(form, error)
    return show_form(request, FormPage(_("Snooze a warning"), form, _("Snooze"), _back(request, alert)))


def _said_until(until: datetime) -> str:
    return _("Snoozed until %(day)s.") % {"day": day(until)}


def _in_days(text: str, now: datetime) -> datetime:
    if text not in {str(days) for days in PUT_OFF}:
        raise DataError(msg("Snooze it until a day in the next three months."))
    return _morning(timezone.localdate(now) + timedelta(days=int(text)))


def _morning(day: datetime | object) -> datetime:
    """Warned again from the beginning of that day, in the reader's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))  # type: ignore[arg-type]


def _answered(request: HttpRequest, alert: Alert, said: StrOrPromise, *, leave: bool = False) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        messages.success(request, str(said))
        return redirect(_back(request, alert))
    if leave:
        return HttpResponse(status=204, headers={"HX-Redirect": _back(request, alert)})
    alert.refresh_from_db()
    row = row_of(alert, reader_of(request), clock.now(), with_lead=request.GET.get("on") != "lead")
    answer = show(request, "warnings/row.html", RowPage(row))
    answer.headers["HX-Trigger"] = json.dumps({ANSWERED: {"id": alert.pk, "said": str(said)}})
    return answer


def _back(request: HttpRequest, alert: Alert) -> str:
    came = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came, {request.get_host()}) and "/warnings/" in came:
        return reverse("warnings:list")
    return reverse("leads:detail", args=[alert.lead.number])
