"""The part of a lead's page about its grade: why it is so, and what is known, to be filled in place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.messages import Message
from leadloop.foundation.ui.forms import UNPROCESSABLE, blame
from leadloop.foundation.ui.pages import show
from leadloop.grading import operations, queries
from leadloop.grading.models import Qualification, Source, Temperature
from leadloop.grading.permissions import may_review
from leadloop.grading.queries import GradeView
from leadloop.grading.web.qualification import NOT_ASKED, QualificationForm
from leadloop.leads import queries as leads
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable, may
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of

TEMPERATURE_KIND = {Temperature.HOT: "bad", Temperature.WARM: "warn", Temperature.COLD: "info"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A contribution as a bar around the zero line; widths in hundredths of the track."""

    title: Message
    points: str
    start: float
    width: float
    kind: str
    known: bool


@dataclass(frozen=True, slots=True)
class GradePanel:
    number: str
    view: GradeView
    source: str
    temperature: str
    temperature_kind: str
    said: str
    """The words of the person who gave the grade; free words, so only where the contact is shown."""
    bars: tuple[Bar, ...]
    zero: float
    form: QualificationForm
    answers: tuple[tuple[str, str], ...]
    """What is known, for readers who may not change it."""
    may_edit: bool
    may_review: bool
    may_accept: bool
    saved: bool
    open: bool
    """Whether the questions are unfolded: as long as something is missing."""


@login_required
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """The answers are saved; without htmx the lead's page shows them."""
    user = request.user
    assert isinstance(user, User)
    lead = leads.get(user, number)
    moment = now()
    if request.method != "POST":
        return show(request, "grading/panel.html", panel_of(user, lead, moment))
    form = QualificationForm(request.POST, known=queries.qualification_of(lead), now=moment)
    saved = form.is_valid() and _save(form, lead, user, moment)
    if saved and not request.headers.get("HX-Request"):
        messages.success(request, _("Saved."))
        return redirect("leads:detail", number)
    page = panel_of(user, lead, moment, form=None if saved else form, saved=saved)
    return show(request, "grading/panel.html", page, status=200 if saved else UNPROCESSABLE)


def _save(form: QualificationForm, lead: Lead, user: User, moment: datetime) -> bool:
    try:
        operations.qualify(lead=lead, answers=form.answers(), actor=user, now=moment, seen=form.seen_at())
    except LeadloopError as error:
        if error.field in {"budget_low", "budget_high"}:
            error.field = "budget_range"
        blame(form, error)
        return False
    return True


def panel_of(
    user: User,
    lead: Lead,
    moment: datetime,
    *,
    form: QualificationForm | None = None,
    saved: bool = False,
) -> GradePanel:
    view = queries.grade_of(lead, now=moment)
    known = queries.qualification_of(lead)
    readable = contacts_readable(lead, visibility_of(user))
    judges = may_review(user, lead)
    zero, bars = _bars(view)
    return GradePanel(
        number=lead.number,
        view=view,
        source=str(Source(view.source).label),
        temperature=str(Temperature(view.temperature).label) if view.temperature else "",
        temperature_kind=TEMPERATURE_KIND[Temperature(view.temperature)] if view.temperature else "",
        said=view.said if readable else "",
        bars=bars,
        zero=zero,
        form=form or QualificationForm(known=known, now=moment),
        answers=_answers(known, moment) if known else (),
        may_edit=bool(may(user, Verb.EDIT, lead)),
        may_review=judges,
        may_accept=judges and bool(view.grade) and view.source != Source.MANAGER and not view.accepted_by,
        saved=saved,
        open=form is not None or saved or known is None or bool(view.missing),
    )


def _bars(view: GradeView) -> tuple[float, tuple[Bar, ...]]:
    """The track reaches from the greatest loss to the greatest gain."""
    gains = [one.points for one in view.contributions]
    low, high = min([0, *gains]), max([1, *gains])
    scale = 100 / (high - low)
    zero = -low * scale
    return zero, tuple(
        Bar(
            title=one.title,
            points=f"+{one.points}" if one.points > 0 else str(one.points).replace("-", "−"),
            start=round(zero + min(one.points, 0) * scale, 2),
            width=round(abs(one.points) * scale, 2),
            kind="gain" if one.points >= 0 else "loss",
            known=one.known,
        )
        for one in view.contributions
    )


def _answers(known: Qualification, moment: datetime) -> tuple[tuple[str, str], ...]:
    form = QualificationForm(known=known, now=moment)
    pairs = []
    for name, field in form.fields.items():
        value = form.initial.get(name, "")
        if name == "seen" or not value:
            continue
        choices = dict(getattr(field, "choices", ()))
        pairs.append((str(field.label), str(choices.get(value, value))))
    return tuple(pair for pair in pairs if pair[1] != NOT_ASKED)
