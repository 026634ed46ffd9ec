"""The part of a lead's page about the need: what is known, what is missing, and what to ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.discovery import operations, queries
from leadloop.discovery.models import Answer
from leadloop.discovery.queries import PartPrompt
from leadloop.discovery.rules import TITLES, Standing
from leadloop.foundation.clock import now
from leadloop.foundation.errors import DataError, NotFound
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.ui.forms import UNPROCESSABLE
from leadloop.foundation.ui.pages import show
from leadloop.leads import queries as leads
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable, may
from leadloop.people.kept import steady
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.playbook.models import Part, ScriptVersion
from leadloop.playbook.queries import version
from leadloop.playbook.web.shown import own_language


@dataclass(frozen=True, slots=True)
class Earlier:
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as the page shows it."""

    id: str
    text: str
    by: str
    at: datetime
    changed_by: str
    changed_at: datetime | None
    version: int
    earlier: tuple[Earlier, ...]


@dataclass(frozen=True, slots=True)
class PartRow:
    part: str
    title: Message
    state: str
    """``done``, ``missing`` or ``extra``: not asked for by the policy."""
    answers: tuple[Said, ...]
    prompt: PartPrompt | None
    open: bool
    """Its field is unfolded: the first that is missing, or the one that was just refused."""
    text: str
    """What was typed and not accepted."""
    error: Message | None


@dataclass(frozen=True, slots=True)
class DiscoveryPanel:
    number: str
    standing: Standing
    there: int
    asked: int
    """Of the parts that the policy asks for, those answered, and all."""
    rows: tuple[PartRow, ...]
    may_edit: bool
    readable: bool
    """Whether the reader reads what was said."""
    editing: str
    """The answer whose text is open to be corrected."""
    removed: str
    """The answer that was just taken away, to be taken back."""
    focus: bool
    """Something was just saved or refused: go on where the next words belong."""
    error: Message | None
    """About the answer that is corrected."""
    correction: str


@dataclass(frozen=True, slots=True)
class _Typed:
    """What a request brought that was not accepted, or asked to see."""

    part: str = ""
    text: str = ""
    error: Message | None = None
    editing: str = ""
    removed: str = ""
    focus: bool = False


@login_required
def panel(request: HttpRequest, number: str) -> HttpResponse:
    user = _user(request)
    lead = leads.get(user, number)
    if request.method != "POST":
        return _shown(request, lead, _Typed(editing=request.GET.get("edit", "")))
    part, text = request.POST.get("part", ""), request.POST.get("text", "")
    try:
        operations.answer(lead=lead, part=part, text=text, prompt=_prompt(request), actor=user, now=now())
    except DataError as error:
        return _shown(request, lead, _Typed(part=part, text=text, error=error.message, focus=True))
    return _done(request, lead, _Typed(focus=True))


@login_required
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    answer = _answer(user, pk)
    if request.method != "POST":
        return _shown(request, answer.lead, _Typed(editing=str(pk)))
    text, seen = request.POST.get("text", ""), request.POST.get("seen", "")
    try:
        operations.revise(
            answer=answer,
            text=text,
            actor=user,
            now=now(),
            seen=int(seen) if seen.isdecimal() else None,
        )
    except DataError as error:
        return _shown(request, answer.lead, _Typed(editing=str(pk), text=text, error=error.message))
    return _done(request, answer.lead)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    answer = _answer(user, pk)
    operations.remove(answer=answer, actor=user, now=now())
    return _done(request, answer.lead, _Typed(removed=str(pk)))


@login_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    user = _user(request)
    answer = _answer(user, pk)
    operations.restore(answer=answer, actor=user, now=now())
    return _done(request, answer.lead)


@steady()
def panel_of(user: User, lead: Lead, typed: _Typed | None = None) -> DiscoveryPanel:
    typed = typed or _Typed()
    standing = queries.standing(lead)
    asked = queries.policy_of(lead.process_id).parts
    may_edit = bool(may(user, Verb.EDIT, lead))
    readable = contacts_readable(lead, visibility_of(user))
    answers = list(queries.answers_of(lead)) if readable else []
    prompts = queries.prompts(lead, own_language()) if may_edit else {}
    first = typed.part or (standing.missing[0].value if standing.missing else "")
    return DiscoveryPanel(
        number=lead.number,
        standing=standing,
        there=len(asked) - len(standing.missing),
        asked=len(asked),
        rows=tuple(
            _row(part, standing, part in asked, answers, prompts, part == first, typed)
            for part in Part
            if part in asked or part in standing.done
        ),
        may_edit=may_edit,
        readable=readable,
        editing=typed.editing,
        removed=typed.removed,
        focus=typed.focus,
        error=typed.error if typed.editing else None,
        correction=typed.text if typed.editing else "",
    )


def _row(
    part: Part,
    standing: Standing,
    asked: bool,
    answers: list[Answer],
    prompts: Mapping[Part, PartPrompt],
    opened: bool,
    typed: _Typed,
) -> PartRow:
    refused = typed.part == part and typed.error is not None
    done = part in standing.done
    return PartRow(
        part=part.value,
        title=TITLES[part],
        state="done" if done and asked else "missing" if asked else "extra",
        answers=tuple(_said(answer) for answer in answers if answer.part == part),
        prompt=prompts.get(part),
        open=opened and not typed.editing,
        text=typed.text if refused else "",
        error=typed.error if refused else None,
    )


def _said(answer: Answer) -> Said:
    return Said(
        id=str(answer.pk),
        text=answer.text,
        by=str(answer.by) if answer.by else "",
        at=answer.at,
        changed_by=str(answer.changed_by) if answer.changed_by else "",
        changed_at=answer.changed_at,
        version=answer.version,
        earlier=tuple(
            Earlier(old.text, str(old.by) if old.by else "", old.at) for old in answer.earlier.all()
        ),
    )


def _prompt(request: HttpRequest) -> ScriptVersion | None:
    """The questions that stood beside the field; gone meanwhile is no reason to refuse the answer."""
    number = request.POST.get("prompt", "")
    try:
        return version(int(number)) if number.isdecimal() else None
    except NotFound:
        return None


def _answer(user: User, pk: int) -> Answer:
    """One of a lead that the person sees and whose words they may read."""
    answer = Answer.objects.select_related("lead").filter(pk=pk).first()
    lead = None if answer is None else leads.visible(user).filter(pk=answer.lead_id).first()
    if answer is None or lead is None or not contacts_readable(lead, visibility_of(user)):
        raise NotFound(msg("There is no such answer."))
    answer.lead = lead
    return answer


def _shown(request: HttpRequest, lead: Lead, typed: _Typed) -> HttpResponse:
    page = panel_of(_user(request), lead, typed)
    template = "discovery/panel.html" if request.headers.get("HX-Request") else "discovery/panel_page.html"
    return show(request, template, page, status=UNPROCESSABLE if typed.error else 200)


def _done(request: HttpRequest, lead: Lead, typed: _Typed | None = None) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _shown(request, lead, typed or _Typed())
    messages.success(request, _("Saved."))
    return redirect("leads:detail", lead.number)


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
