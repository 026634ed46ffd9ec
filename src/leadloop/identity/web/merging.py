"""Two customers side by side: choose field by field, see what comes out, merge; and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from leadloop.customers.models import Contact, Customer
from leadloop.foundation import clock
from leadloop.foundation.text import name_key
from leadloop.foundation.ui.pages import leave, part_for, show
from leadloop.identity import operations, queries
from leadloop.identity.models import Merge, Pair, Verdict
from leadloop.identity.permissions import get, require_merge
from leadloop.identity.plans import CONTACT_FIELDS, Both, Choices, Plan, both, fingerprint, plan, proposal
from leadloop.identity.queries import Dealings
from leadloop.identity.web.people import user_of
from leadloop.leads.models import Lead


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both; chosen between them where they differ."""

    name: str
    title: str
    ours: str
    theirs: str
    take_theirs: bool

    @property
    def differs(self) -> bool:
        return bool(self.ours and self.theirs and self.ours != self.theirs)


@dataclass(frozen=True, slots=True)
class PersonLines:
    contact_id: int
    title: str
    same: bool
    would_lose: bool
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the merge would make of them."""

    name: str
    credit_code: str
    other_names: Sequence[str]
    people: Sequence[str]
    leads: int
    moving: Sequence[Lead]
    more: int


@dataclass(frozen=True, slots=True)
class ResultPage:
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ComparePage:
    survivor: Customer
    absorbed: Customer
    sides: Sequence[Dealings]
    lines: Sequence[Line]
    people: Sequence[PersonLines]
    only_theirs: Sequence[Contact]
    outcome: Outcome
    seen: str
    """What both looked like when the page was made: a change by somebody else in between is noticed."""
    pair: Pair | None


MOST_SHOWN = 8


@login_required
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    survivor, absorbed = get(request.user, pk), get(request.user, other)
    require_merge(user_of(request), survivor, absorbed)
    pair = both(survivor, absorbed)
    if request.method == "POST":
        return _merge(request, pair)
    choices = _choices(request, pair) if "chosen" in request.GET else proposal(pair)
    outcome = _outcome(pair, plan(pair, choices))
    if part_for(request, "result"):
        return show(request, "identity/result.html", ResultPage(outcome))
    return show(request, "identity/merge.html", _page(request, pair, choices, outcome))


@login_required
@require_POST
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    merge = get_object_or_404(Merge, pk=merge_id)
    operations.undo_merge(merge=merge, actor=user_of(request), now=clock.now())
    messages.success(request, _("The merge is undone: there are two customers again."))
    return leave(request, reverse("customers:detail", args=[merge.survivor_id]))


def _merge(request: HttpRequest, pair: Both) -> HttpResponse:
    done = operations.merge(
        survivor=pair.survivor,
        absorbed=pair.absorbed,
        plan=plan(pair, _choices(request, pair)),
        actor=user_of(request),
        now=clock.now(),
        seen=request.POST.get("seen", ""),
    )
    messages.success(request, _("Merged. Under “Merged into this customer” it can be undone."))
    return leave(request, reverse("customers:detail", args=[done.survivor_id]))


def _choices(request: HttpRequest, pair: Both) -> Choices:
    given = request.POST if request.method == "POST" else request.GET
    theirs = frozenset(name[2:] for name, value in given.items() if name[:2] == "f." and value == "theirs")
    apart = frozenset(same.theirs.pk for same in pair.same if f"same.{same.theirs.pk}" not in given)
    return Choices(theirs, apart)


def _page(request: HttpRequest, pair: Both, choices: Choices, outcome: Outcome) -> ComparePage:
    survivor, absorbed = pair.survivor, pair.absorbed
    known = queries.dealings(request.user, [survivor.pk, absorbed.pk])
    matched = {same.theirs.pk for same in pair.same}
    one, other = sorted((survivor.pk, absorbed.pk))
    return ComparePage(
        survivor=survivor,
        absorbed=absorbed,
        sides=[known.get(survivor.pk, Dealings()), known.get(absorbed.pk, Dealings())],
        lines=[
            Line(
                "name",
                pgettext("of a company", "Name"),
                survivor.name,
                absorbed.name,
                "name" in choices.theirs,
            ),
            Line(
                "credit_code",
                _("Credit code"),
                survivor.credit_code,
                absorbed.credit_code,
                "credit_code" in choices.theirs,
            ),
        ],
        people=_people(pair, choices),
        only_theirs=[contact for contact in pair.theirs if contact.pk not in matched],
        outcome=outcome,
        seen=fingerprint(pair),
        pair=Pair.objects.filter(one=one, other=other, verdict=Verdict.OPEN).first(),
    )


def _people(pair: Both, choices: Choices) -> list[PersonLines]:
    titles = {"name": _("Name"), "title": _("Position"), "phone": _("Phone"), "email": _("E-mail")}
    return [
        PersonLines(
            contact_id=same.theirs.pk,
            title=same.ours.name or same.theirs.name or _("Contact"),
            same=same.theirs.pk not in choices.apart,
            would_lose=same.would_lose,
            lines=[
                Line(
                    f"{same.theirs.pk}.{field}",
                    titles[field],
                    getattr(same.ours, field),
                    getattr(same.theirs, field),
                    f"{same.theirs.pk}.{field}" in choices.theirs,
                )
                for field in CONTACT_FIELDS
                if getattr(same.ours, field) or getattr(same.theirs, field)
            ],
        )
        for same in pair.same
    ]


def _outcome(pair: Both, chosen: Plan) -> Outcome:
    moving = Lead.objects.shown().filter(customer=pair.absorbed).select_related("owner", "stage")
    first = list(moving.order_by("-captured_at", "-pk")[: MOST_SHOWN + 1])
    count = moving.count()
    return Outcome(
        name=chosen.name,
        credit_code=chosen.credit_code,
        other_names=_other_names(pair, chosen.name),
        people=_names(pair, chosen),
        leads=count + Lead.objects.shown().filter(customer=pair.survivor).count(),
        moving=first[:MOST_SHOWN],
        more=max(count - MOST_SHOWN, 0),
    )


def _other_names(pair: Both, name: str) -> list[str]:
    known = {name_key(name)}
    found = []
    candidates = [pair.survivor.name, pair.absorbed.name]
    for customer in (pair.survivor, pair.absorbed):
        candidates += [alias.name for alias in customer.aliases.all()]
    for candidate in candidates:
        if candidate and name_key(candidate) not in known:
            known.add(name_key(candidate))
            found.append(candidate)
    return found


def _names(pair: Both, chosen: Plan) -> list[str]:
    facts = {fold.into_id: fold.facts for fold in chosen.folds}
    folded = {fold.contact_id for fold in chosen.folds}
    people = [facts.get(contact.pk, contact) for contact in pair.ours]
    people += [contact for contact in pair.theirs if contact.pk not in folded]
    return [" · ".join(filter(None, (p.name, p.title, p.phone, p.email))) for p in people]
