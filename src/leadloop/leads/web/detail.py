"""The page of one lead: header, stage bar, facts, contact, one timeline from the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.analysis.scope import Visibility
from leadloop.analysis.tables import Kind
from leadloop.foundation.clock import now
from leadloop.foundation.ui.pages import part_for, show
from leadloop.leads import queries
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import ContactView, contact_of, contacts_readable, may
from leadloop.leads.timeline import Entry
from leadloop.leads.web import stage_bar
from leadloop.leads.web.columns import GRADE_KIND, STATE_KIND, lead_url
from leadloop.leads.web.stage_bar import Step
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of

OTHERS = 6
FOLLOW_UPS = frozenset({Kind.FOLLOWED_UP})
STAGES = frozenset({Kind.STAGE, Kind.WON, Kind.LOST, Kind.REOPENED, Kind.REGISTERED})
SHOW = {"follow-ups": FOLLOW_UPS, "stages": STAGES}

MARKS = {Kind.WON: "good", Kind.LOST: "bad", Kind.INVALIDATED: "warn", Kind.FOLLOWED_UP: "info"}


@dataclass(frozen=True, slots=True)
class Button:
    title: str
    icon: str
    url: str
    dialog: bool = True
    panel: str = ""
    """The element of the page in which its form opens, where there is room; else the dialog."""
    short: str = ""
    """For a bar on a phone."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the timeline, ready to be shown."""

    entry: Entry
    mark: str


@dataclass(frozen=True, slots=True)
class Pill:
    title: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Another lead of the same customer."""

    number: str
    url: str
    stage: str
    state: str
    kind: str
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class LeadPage:
    lead: Lead
    grade_kind: str
    state_kind: str
    amount: Decimal | None
    amount_label: str
    subtitle: tuple[str, ...]
    steps: tuple[Step, ...]
    contact: ContactView
    facts: tuple[tuple[str, str], ...]
    remark: str
    """First need and closing note are free words; empty for readers to whom the contact is masked."""
    close_note: str
    tags: tuple[str, ...]
    primary: Button | None
    buttons: tuple[Button, ...]
    menu: tuple[Button, ...]
    at_hand: tuple[Button, ...]
    """What the bar at the bottom of a phone's screen offers."""
    moments: tuple[Moment, ...]
    pills: tuple[Pill, ...]
    others: tuple[Other, ...]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    moments: tuple[Moment, ...]
    pills: tuple[Pill, ...]


@login_required
def lead_page(request: HttpRequest, number: str) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    lead = queries.get(user, number)
    seen = visibility_of(user)
    moments, pills = _timeline(lead, seen, request.GET.get("show", ""))
    if part_for(request, "timeline"):
        return show(request, "leads/timeline.html", TimelinePage(moments=moments, pills=pills))
    return show(request, "leads/detail.html", _page(user, lead, seen, moments, pills))


def _page(
    user: User, lead: Lead, seen: Visibility, moments: tuple[Moment, ...], pills: tuple[Pill, ...]
) -> LeadPage:
    readable = contacts_readable(lead, seen)
    primary, buttons, menu = _buttons(user, lead)
    won = lead.state == State.WON
    return LeadPage(
        lead=lead,
        grade_kind=GRADE_KIND.get(lead.grade, ""),
        state_kind=STATE_KIND.get(State(lead.state), ""),
        amount=lead.amount if won else lead.expected_amount,
        amount_label=_("won") if won else _("expected"),
        subtitle=_subtitle(lead),
        steps=stage_bar.steps(lead, now(), movable=bool(may(user, Verb.MOVE, lead))),
        contact=contact_of(lead, seen),
        facts=_facts(lead),
        remark=lead.first_need if readable else "",
        close_note=lead.close_note if readable else "",
        tags=tuple(tag.name for tag in lead.tags.all()),
        primary=primary,
        buttons=buttons,
        menu=menu,
        at_hand=tuple(button for button in (primary, _move_among(menu)) if button),
        moments=moments,
        pills=pills,
        others=_others(user, lead),
    )


def _timeline(lead: Lead, seen: Visibility, wanted: str) -> tuple[tuple[Moment, ...], tuple[Pill, ...]]:
    entries = queries.timeline(lead, seen)
    kinds = SHOW.get(wanted)
    shown = [entry for entry in entries if kinds is None or entry.kind in kinds]
    names = {"": _("All"), "follow-ups": _("Contacts made"), "stages": _("Stages")}
    pills = tuple(
        Pill(name, f"{lead_url(lead.number)}?show={key}" if key else lead_url(lead.number), key == wanted)
        for key, name in names.items()
    )
    return tuple(Moment(entry, MARKS.get(entry.kind, "")) for entry in shown), pills


def _subtitle(lead: Lead) -> tuple[str, ...]:
    source = " / ".join(
        part for part in (lead.channel.name if lead.channel else "", lead.source_detail) if part
    )
    return tuple(part for part in (source, lead.industry, lead.size, lead.region) if part)


def _facts(lead: Lead) -> tuple[tuple[str, str], ...]:
    reasons = [reason.name for reason in (lead.loss_reason, lead.second_loss_reason) if reason]
    pairs = (
        (_("Team"), lead.team.name if lead.team else ""),
        (_("Process"), lead.process.name),
        (_("Channel"), lead.channel.name if lead.channel else ""),
        (_("Source detail"), lead.source_detail),
        (_("Campaign"), lead.campaign),
        (_("Industry"), lead.industry),
        (_("Company size"), lead.size),
        (_("Region"), lead.region),
        (_("Loss reason"), " / ".join(reasons)),
        (_("Competitor"), lead.competitor),
    )
    return tuple(pair for pair in pairs if pair[1])


def _buttons(user: User, lead: Lead) -> tuple[Button | None, tuple[Button, ...], tuple[Button, ...]]:
    """One clear action, a few beside it, the rest in the menu; only what this person may do now."""
    found = {verb: _button(verb, lead) for verb in _TITLES if may(user, verb, lead)}
    lead_verbs = (Verb.CLAIM, Verb.FOLLOW_UP) if lead.state == State.OPEN else (Verb.REOPEN, Verb.VALIDATE)
    first = next((verb for verb in lead_verbs if verb in found), None)
    beside = [verb for verb in (Verb.WIN, Verb.LOSE) if verb in found and verb != first]
    rest = [verb for verb in found if verb != first and verb not in beside]
    return (
        found[first] if first else None,
        tuple(found[verb] for verb in beside),
        tuple(found[verb] for verb in rest),
    )


def _move_among(menu: tuple[Button, ...]) -> Button | None:
    return next((button for button in menu if button.icon == _TITLES[Verb.MOVE][1]), None)


_TITLES = {
    Verb.CLAIM: ("leads:claim", "flag"),
    Verb.FOLLOW_UP: ("followup:log", "message"),
    Verb.EDIT: ("leads:edit", "edit"),
    Verb.MOVE: ("leads:move", "arrow-right"),
    Verb.ASSIGN: ("leads:assign", "user-share"),
    Verb.RELEASE: ("leads:release", "inbox"),
    Verb.WIN: ("leads:win", "trophy"),
    Verb.LOSE: ("leads:lose", "ban"),
    Verb.REOPEN: ("leads:reopen", "refresh"),
    Verb.INVALIDATE: ("leads:invalidate", "circle-x"),
    Verb.VALIDATE: ("leads:validate", "circle-check"),
}


def _button(verb: Verb, lead: Lead) -> Button:
    view, icon = _TITLES[verb]
    titles = {
        Verb.CLAIM: _("Claim"),
        Verb.FOLLOW_UP: _("Log a follow-up"),
        Verb.EDIT: _("Edit"),
        Verb.MOVE: _("Move to a stage"),
        Verb.ASSIGN: _("Assign"),
        Verb.RELEASE: _("Return to the pool"),
        Verb.WIN: _("Won"),
        Verb.LOSE: _("Lost"),
        Verb.REOPEN: _("Reopen"),
        Verb.INVALIDATE: _("Mark invalid"),
        Verb.VALIDATE: _("Mark valid"),
    }
    short = {Verb.FOLLOW_UP: _("Log"), Verb.MOVE: _("Move")}
    return Button(
        title=titles[verb],
        icon=icon,
        url=reverse(view, args=[lead.number]),
        dialog=verb != Verb.EDIT,
        panel="log-panel" if verb == Verb.FOLLOW_UP else "",
        short=short.get(verb, ""),
    )


def _others(user: User, lead: Lead) -> tuple[Other, ...]:
    rows = queries.by_customer(user, lead.customer_id).exclude(pk=lead.pk)[:OTHERS]
    return tuple(
        Other(
            number=row.number,
            url=lead_url(row.number),
            stage=row.stage.name,
            state=str(State(row.state).label),
            kind=STATE_KIND.get(State(row.state), ""),
            captured_at=row.captured_at,
        )
        for row in rows
    )
