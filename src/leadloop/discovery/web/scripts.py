"""The part of a lead's page with what to say: the scripts that fit it, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.messages import Message
from leadloop.foundation.ui.pages import show
from leadloop.leads import queries as leads
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contact_of, may, require
from leadloop.people.kept import steady
from leadloop.people.models import User
from leadloop.people.permissions import may as people_may
from leadloop.people.permissions import visibility_of
from leadloop.playbook import queries
from leadloop.playbook.models import Purpose, ScriptUse
from leadloop.playbook.operations import count_use
from leadloop.playbook.permissions import READ
from leadloop.playbook.queries import Fit
from leadloop.playbook.rules import filled
from leadloop.playbook.web.shown import own_language

NEAREST = 2
"""Of each purpose; the rest is one click away."""


@dataclass(frozen=True, slots=True)
class ScriptRow:
    id: str
    key: str
    title: str
    text: str
    purpose: str
    reason: Message
    used: bool
    """Marked as used with this lead today, by the reader."""


@dataclass(frozen=True, slots=True)
class ScriptsPanel:
    number: str
    rows: tuple[ScriptRow, ...]
    more: int
    all: bool
    may_use: bool
    may_read: bool


@login_required
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """All scripts that fit, instead of the nearest."""
    user = _user(request)
    lead = leads.get(user, number)
    template = (
        "discovery/scripts.html" if request.headers.get("HX-Request") else "discovery/scripts_page.html"
    )
    return show(request, template, scripts_of(user, lead, everything=True))


@login_required
@require_POST
def used(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    user = _user(request)
    lead = leads.get(user, number)
    require(user, Verb.FOLLOW_UP, lead)
    count_use(version=queries.version(pk), lead_id=lead.pk, actor=user, now=now())
    if not request.headers.get("HX-Request"):
        return redirect("leads:detail", number)
    everything = request.POST.get("all") == "1"
    return show(request, "discovery/scripts.html", scripts_of(user, lead, everything=everything))


@steady()
def scripts_of(user: User, lead: Lead, *, everything: bool = False) -> ScriptsPanel:
    reads = people_may(user, READ)
    fits = fits_of(lead) if reads else ()
    shown = fits if everything else _nearest(fits)
    known = _known(user, lead)
    marked = _marked(user, lead) if shown else frozenset()
    return ScriptsPanel(
        number=lead.number,
        rows=tuple(_row(fit, known, fit.version.pk in marked) for fit in shown),
        more=len(fits) - len(shown),
        all=everything,
        may_use=bool(may(user, Verb.FOLLOW_UP, lead)),
        may_read=reads,
    )


def fits_of(lead: Lead) -> tuple[Fit, ...]:
    """Every script for this lead in the reader's language, the nearest first."""
    process = lead.process
    return queries.for_lead(
        industry=lead.industry,
        grade=lead.grade,
        stage_key=lead.stage.key,
        language=own_language(),
        process=(process.key, process.name_zh, process.name_en),
    )


def _nearest(fits: tuple[Fit, ...]) -> tuple[Fit, ...]:
    """The nearest of each purpose, in the order of a talk."""
    return tuple(
        fit
        for purpose in Purpose.values
        for fit in [one for one in fits if one.version.purpose == purpose][:NEAREST]
    )


def _row(fit: Fit, known: dict[str, str], used: bool) -> ScriptRow:
    one = fit.version
    return ScriptRow(
        id=str(one.pk),
        key=one.script.key,
        title=one.title,
        text=filled(one.text, known),
        purpose=str(Purpose(one.purpose).label),
        reason=fit.reason,
        used=used,
    )


def _known(user: User, lead: Lead) -> dict[str, str]:
    """What goes into the places of a text; a masked contact stays a place."""
    contact = contact_of(lead, visibility_of(user))
    source = " / ".join(
        part for part in (lead.channel.name if lead.channel else "", lead.source_detail) if part
    )
    return {
        "customer": lead.customer.name,
        "contact": "" if contact.masked else contact.name,
        "me": user.display_name,
        "source": source,
    }


def _marked(user: User, lead: Lead) -> frozenset[int]:
    rows = ScriptUse.objects.filter(lead_id=lead.pk, by=user, day=timezone.localdate(now()))
    return frozenset(rows.values_list("version", flat=True))


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)
    return user
