"""The pool: what waits, what may be known of it, and claiming it in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from leadloop.assignment import operations
from leadloop.assignment.models import ConflictState, PoolView, ReturnWarning
from leadloop.assignment.permissions import cases_of
from leadloop.assignment.pools import COMMON, GRADES, Pool
from leadloop.assignment.queries import clocks, people, waiting
from leadloop.assignment.queries.returning import returning
from leadloop.assignment.queries.waiting import Shelf
from leadloop.assignment.web.reading import actor_of, require
from leadloop.foundation.clock import now
from leadloop.foundation.errors import Conflict, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.pages import in_dialog, show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.people.permissions import may

PER_PAGE = 50
MOST_COUNTED = 10_000
SOON = 5
MOST_SOON = 500
MARKS = {"A": "bad", "B": "info"}


@dataclass(frozen=True, slots=True)
class ShelfTab:
    title: str
    url: str
    count: int
    capped: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A lead as its pool shows it; what it hides is not here."""

    id: int
    number: str
    customer: str
    grade: str
    grade_kind: str
    traits: tuple[str, ...]
    channel: str
    need: str
    contact: str
    since: datetime
    blocked: str
    """Why this person cannot claim it yet; empty when they can."""
    may_claim: bool
    url: str = ""
    """The lead's page, once it is the reader's."""
    told: str = ""
    """How a claim ended that did not succeed."""


@dataclass(frozen=True, slots=True)
class Soon:
    """A lead that goes back to the pool unless somebody calls."""

    number: str
    url: str
    customer: str
    grade: str
    grade_kind: str
    owner: str
    silent_since: datetime
    returns_at: datetime
    hours_left: int


@dataclass(frozen=True, slots=True)
class PoolPage:
    shelves: tuple[ShelfTab, ...]
    rows: tuple[Row, ...]
    grades: tuple[ShelfTab, ...]
    total: int
    capped: bool
    pages: Pages
    limits: tuple[str, ...]
    claims: int
    most_claims: int
    claims_share: float
    claims_full: bool
    sells: bool
    soon: tuple[Soon, ...]
    soon_more: int
    conflicts: int
    may_rule: bool
    filtered: bool
    details: bool


@login_required
def pool(request: HttpRequest) -> HttpResponse:
    user = actor_of(request)
    require(user, "pool")
    shelves = waiting.shelves(user)
    if not shelves:
        raise NotFound(msg("There is no pool that you may see."))
    chosen = _chosen(request, shelves)
    grade = request.GET.get("grade", "")
    counts = {shelf.key: _count(waiting.leads_on(shelf, user)) for shelf in shelves}
    leads = waiting.leads_on(chosen, user)
    leads = leads.filter(grade=grade) if grade in GRADES else leads
    page = max(_number(request.GET.get("page", "")), 1)
    total = _count(leads)
    at = now()
    claims = waiting.open_claims(user)
    most = chosen.policy.open_claims
    soon, soon_more = _soon(user, at, MOST_SOON if request.GET.get("soon") == "all" else SOON)
    return show(
        request,
        "assignment/pool.html",
        PoolPage(
            shelves=tuple(
                _tab(shelf, counts[shelf.key], shelf.key == chosen.key, len(shelves)) for shelf in shelves
            ),
            rows=_rows(leads, chosen, user, at, page),
            grades=_grades(chosen, grade),
            total=min(total, MOST_COUNTED),
            capped=total > MOST_COUNTED,
            pages=pages(page, min(total, MOST_COUNTED), PER_PAGE, lambda n: _address(chosen, grade, n)),
            limits=_limits(chosen, user, at),
            claims=claims,
            most_claims=most,
            claims_share=claims / most if most else 0,
            claims_full=bool(most) and claims >= most,
            sells=may(user, "claim"),
            soon=soon,
            soon_more=soon_more,
            conflicts=cases_of(user).filter(state=ConflictState.OPEN).count(),
            may_rule=may(user, "manage_process"),
            filtered=bool(grade),
            details=True,
        ),
    )


@dataclass(frozen=True, slots=True)
class RowPage:
    row: Row
    details: bool


@login_required
@require_POST
def claim(request: HttpRequest, lead_id: int) -> HttpResponse:
    """In place: the row says how it ended. Without scripts the page comes again with the words on top."""
    user = actor_of(request)
    lead = get_object_or_404(
        Lead.objects.select_related("process", "customer", "channel", "contact"), pk=lead_id
    )
    at = now()
    try:
        claimed = operations.claim(lead=lead, actor=user, now=at)
    except Conflict as error:
        if not request.headers.get("HX-Request"):
            raise
        row = _told(lead, error.message.render(_))
        return show(request, "assignment/pool_row.html", RowPage(row, details=False), status=409)
    if request.headers.get("HX-Request"):
        return show(request, "assignment/pool_row.html", RowPage(_claimed(claimed), details=False))
    messages.success(request, _("%(customer)s is yours now.") % {"customer": lead.customer})
    return redirect(reverse("leads:detail", args=[lead.number]))


@dataclass(frozen=True, slots=True)
class PeekPage:
    row: Row
    facts: tuple[tuple[str, str], ...]
    owners: int
    follow_ups: int
    left_today: int | None
    dialog: bool


@login_required
def peek(request: HttpRequest, lead_id: int) -> HttpResponse:
    """The details that the pool shows before a claim; counts toward the daily limit."""
    user = actor_of(request)
    require(user, "pool")
    lead = get_object_or_404(
        Lead.objects.select_related("process", "customer", "channel", "contact"), pk=lead_id
    )
    at = now()
    shelf = operations.look_at(lead=lead, actor=user, now=at)
    (row,) = _shown([lead], shelf, user, at)
    page = PeekPage(
        row=row,
        facts=_facts(row),
        owners=len({one.owner_id for one in clocks.tenures([lead.pk])[lead.pk]}),
        follow_ups=lead.follow_up_count,
        left_today=_views_left(shelf.pool, user, at),
        dialog=in_dialog(request),
    )
    return show(request, "assignment/peek_dialog.html" if page.dialog else "assignment/peek_page.html", page)


def _facts(row: Row) -> tuple[tuple[str, str], ...]:
    pairs = (
        (_("Customer"), row.customer),
        (_("Contact"), row.contact),
        (_("Channel"), row.channel),
        (_("Facts"), " · ".join(row.traits)),
        (_("First need"), row.need),
    )
    return tuple(pair for pair in pairs if pair[1])


def _chosen(request: HttpRequest, shelves: Sequence[Shelf]) -> Shelf:
    wanted = request.GET.get("pool", "")
    return next((shelf for shelf in shelves if shelf.key == wanted), shelves[0])


def _tab(shelf: Shelf, count: int, active: bool, all_of_them: int) -> ShelfTab:
    url = f"?{urlencode({'pool': shelf.key})}" if all_of_them > 1 else "?"
    return ShelfTab(name_of(shelf), url, min(count, MOST_COUNTED), count > MOST_COUNTED, active)


def name_of(shelf: Shelf) -> str:
    name = shelf.pool.name or _("Common pool")
    if shelf.pool.key == COMMON and not shelf.process.is_default:
        return f"{name} · {shelf.process.name}"
    return name


def _grades(shelf: Shelf, chosen: str) -> tuple[ShelfTab, ...]:
    rows = [("", _("All")), *((grade, grade) for grade in GRADES)]
    return tuple(
        ShelfTab(title, _address(shelf, grade, 1), 0, False, grade == chosen) for grade, title in rows
    )


def _address(shelf: Shelf, grade: str, page: int) -> str:
    values = {"pool": shelf.key, "grade": grade, "page": str(page) if page > 1 else ""}
    values = {name: value for name, value in values.items() if value}
    return f"?{urlencode(values)}"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _count(leads: QuerySet[Lead]) -> int:
    return leads.order_by()[: MOST_COUNTED + 1].count()


def _rows(leads: QuerySet[Lead], shelf: Shelf, user: User, at: datetime, page: int) -> tuple[Row, ...]:
    start = (page - 1) * PER_PAGE
    newest = leads.select_related("customer", "channel", "contact").order_by("-captured_at", "-pk")
    return _shown(list(newest[start : start + PER_PAGE]), shelf, user, at)


def _shown(leads: Sequence[Lead], shelf: Shelf, user: User, at: datetime) -> tuple[Row, ...]:
    tenures = clocks.tenures([lead.pk for lead in leads])
    return tuple(_row(lead, shelf, tenures[lead.pk], user, at) for lead in leads)


def _row(lead: Lead, shelf: Shelf, owners: Sequence[clocks.Tenure], user: User, at: datetime) -> Row:
    shown = shelf.pool.shown
    traits = [(name, getattr(lead, name)) for name in ("industry", "size", "region")]
    contact = lead.contact
    since = max((one.ended_at for one in owners if one.ended_at), default=lead.registered_at)
    return Row(
        id=lead.pk,
        number=lead.number,
        customer=str(lead.customer) if "customer" in shown else "",
        grade=lead.grade,
        grade_kind=MARKS.get(lead.grade, ""),
        traits=tuple(value for name, value in traits if name in shown and value),
        channel=str(lead.channel or "") if "channel" in shown else "",
        need=lead.first_need if "first_need" in shown else "",
        contact=" ".join(part for part in (contact.name, contact.phone, contact.email) if part)
        if contact and "contact" in shown
        else "",
        since=since,
        blocked=_blocked(shelf, owners, since, user, at) if may(user, "claim") else "",
        may_claim=may(user, "claim") and shelf.may_claim,
    )


def _blocked(shelf: Shelf, owners: Sequence[clocks.Tenure], since: datetime, user: User, at: datetime) -> str:
    """The two reasons that a row can tell beforehand; the claim itself checks them all again."""
    own = max((one.ended_at for one in owners if one.owner_id == user.pk and one.ended_at), default=None)
    until = own + timedelta(days=shelf.policy.own_former_lead_days) if own else at
    if until > at:
        return _("was yours; from %(moment)s on") % {"moment": _day(until)}
    rests = since + timedelta(hours=shelf.pool.cooling_off_hours)
    if owners and rests > at:
        return _("rests until %(moment)s") % {"moment": _day(rests)}
    return ""


def _claimed(lead: Lead) -> Row:
    contact = lead.contact
    return Row(
        id=lead.pk,
        number=lead.number,
        customer=str(lead.customer),
        grade=lead.grade,
        grade_kind=MARKS.get(lead.grade, ""),
        traits=(),
        channel="",
        need="",
        contact=" ".join(part for part in (contact.name, contact.phone) if part) if contact else "",
        since=lead.registered_at,
        blocked="",
        may_claim=False,
        url=reverse("leads:detail", args=[lead.number]),
    )


def _told(lead: Lead, words: str) -> Row:
    return Row(
        lead.pk,
        lead.number,
        "",
        lead.grade,
        MARKS.get(lead.grade, ""),
        (),
        "",
        "",
        "",
        lead.registered_at,
        "",
        False,
        told=words,
    )


def _limits(shelf: Shelf, user: User, at: datetime) -> tuple[str, ...]:
    """The rules of the pool in a line, as far as it has some."""
    policy, pool = shelf.policy, shelf.pool
    found = []
    days = ", ".join(
        _("%(grade)s after %(days)s days") % {"grade": grade, "days": f"{value:g}"}
        for grade, value in policy.return_after_days.items()
    )
    if days:
        found.append(_("Leads come back without follow-up: %(days)s") % {"days": days})
    if policy.own_former_lead_days:
        found.append(
            _("your former leads after %(days)s days") % {"days": f"{policy.own_former_lead_days:g}"}
        )
    if pool.cooling_off_hours:
        found.append(_("%(hours)s hours of rest first") % {"hours": pool.cooling_off_hours})
    left = _views_left(pool, user, at)
    if left is not None:
        found.append(_("details of %(left)s more leads today") % {"left": left})
    return tuple(found)


def _views_left(pool: Pool, user: User, at: datetime) -> int | None:
    if not pool.daily_views:
        return None
    day = at.astimezone(people.zone_of(user)).date()
    return max(pool.daily_views - PoolView.objects.filter(person=user, day=day).count(), 0)


def _soon(user: User, at: datetime, most: int) -> tuple[tuple[Soon, ...], int]:
    found = returning(user)
    return tuple(_goes(row, at) for row in found[:most]), max(found.count() - most, 0)


def _goes(row: ReturnWarning, at: datetime) -> Soon:
    return Soon(
        number=row.lead.number,
        url=reverse("leads:detail", args=[row.lead.number]),
        customer=str(row.lead.customer),
        grade=row.lead.grade,
        grade_kind=MARKS.get(row.lead.grade, ""),
        owner=str(row.owner),
        silent_since=row.silent_since,
        returns_at=row.returns_at,
        hours_left=max(int((row.returns_at - at).total_seconds() // 3600), 0),
    )


def _day(moment: datetime) -> str:
    from django.utils import timezone

    return timezone.localtime(moment).strftime("%m-%d %H:%M")
