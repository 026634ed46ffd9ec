"""What is known already about the company that somebody is typing: leads, customers, the pool.

What belongs to others is masked. A colleague can be asked to share it, which needs no more than that
it was met here: the form carries a signed mark instead of a number that could be guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.capture import operations
from leadloop.customers.models import Customer
from leadloop.customers.queries import Candidate, similar
from leadloop.foundation.clock import now
from leadloop.foundation.errors import NotAllowed, UsageError
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.ui.pages import show
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import can_see
from leadloop.marketing.queries import campaign_names
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of

SALT = "leadloop.capture.share"
AN_HOUR = 3600
_LEADS_READ = 25


@dataclass(frozen=True, slots=True)
class Likely:
    """One known customer, as this reader may see it."""

    name: str
    reasons: tuple[Message, ...]
    sure: bool
    """By a key that only one customer has; else by a similar name."""
    masked: bool
    lead: Lead | None
    """The lead to open, of those that the reader sees."""
    others: int
    """How many more of the customer's leads the reader sees."""
    in_pool: bool
    share: str
    """A mark to ask a colleague with; empty where nobody needs to be asked."""


@dataclass(frozen=True, slots=True)
class CheckPage:
    found: tuple[Likely, ...]


@dataclass(frozen=True, slots=True)
class CampaignsPage:
    names: tuple[str, ...]


@login_required
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Part of a page. By POST: what is typed about people does not belong into addresses and their logs."""
    user = _person(request)
    if not may(user, "register"):
        raise NotAllowed(msg("Your role does not register leads."))
    name, phone, email, code = (
        request.POST.get(field, "")[:200].replace("\0", "")
        for field in ("customer", "phone", "email", "credit_code")
    )
    candidates = similar(name=name, phone=phone, email=email, credit_code=code)
    return show(request, "capture/check.html", CheckPage(likely(candidates, user)))


@login_required
def campaigns(request: HttpRequest) -> HttpResponse:
    """Proposals for the field, asked for when somebody enters it."""
    return show(request, "capture/campaigns.html", CampaignsPage(tuple(campaign_names()[:200])))


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    try:
        mark = signing.loads(request.POST.get("mark", ""), salt=SALT, max_age=AN_HOUR)
    except signing.BadSignature:
        raise UsageError(msg("This page is too old. Open the form again.")) from None
    if mark["user"] != user.pk:
        raise UsageError(msg("This page is too old. Open the form again."))
    lead = Lead.objects.select_related("owner").filter(pk=mark["lead"]).first()
    if lead is None:
        raise UsageError(msg("This page is too old. Open the form again."))
    operations.ask_to_share(lead=lead, actor=user, now=now(), message=request.POST.get("message", ""))
    if request.headers.get("HX-Request"):
        return HttpResponse(_("Asked. The answer appears under “Shared records”."))
    messages.success(request, _("Asked. The answer appears under “Shared records”."))
    return redirect(reverse("capture:requests"))


def likely(candidates: Sequence[Candidate], user: User) -> tuple[Likely, ...]:
    """The candidates with their newest leads."""
    if not candidates:
        return ()
    ids = [candidate.customer_id for candidate in candidates]
    leads = list(
        Lead.objects.shown()
        .filter(customer__in=ids)
        .select_related("customer", "owner", "stage", "team", "process")
        .order_by("-captured_at", "-id")[:_LEADS_READ]
    )
    # One by one: these few are found by their keys, where the restriction of a query would first gather
    # every customer that the reader has ever had.
    visibility = visibility_of(user)
    seen = {lead.pk for lead in leads if can_see(lead, visibility)}
    of: dict[int, list[Lead]] = {pk: [] for pk in ids}
    for lead in leads:
        of[lead.customer_id].append(lead)
    names = _names([pk for pk in ids if not of[pk]])
    found = (_one(candidate, of[candidate.customer_id], seen, user, names) for candidate in candidates)
    return tuple(one for one in found if one is not None)


def _names(ids: list[int]) -> dict[int, str]:
    """Of customers without a lead."""
    return dict(Customer.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _one(
    candidate: Candidate, leads: list[Lead], seen: set[int], user: User, names: dict[int, str]
) -> Likely | None:
    visible = sorted((lead for lead in leads if lead.pk in seen), key=lambda lead: lead.state != State.OPEN)
    if visible:
        lead, name = visible[0], visible[0].customer.name
        in_pool = lead.state == State.OPEN and lead.owner_id is None
        return Likely(name, candidate.reasons, candidate.hard, False, lead, len(visible) - 1, in_pool, "")
    open_first = sorted(leads, key=lambda lead: lead.state != State.OPEN)
    if not open_first:
        name = names.get(candidate.customer_id, "")
        return _masked(candidate, name, "", in_pool=False) if name else None
    lead = open_first[0]
    mark = "" if lead.owner_id is None else signing.dumps({"lead": lead.pk, "user": user.pk}, salt=SALT)
    return _masked(candidate, lead.customer.name, mark, in_pool=lead.owner_id is None)


def _masked(candidate: Candidate, name: str, mark: str, *, in_pool: bool) -> Likely:
    # A reason may quote the other's name; what the reader typed is known to the reader anyway.
    reasons = tuple(Message(reason.text) for reason in candidate.reasons if not reason.params)
    return Likely(name[:1] + "***", reasons, candidate.hard, True, None, 0, in_pool, mark)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
