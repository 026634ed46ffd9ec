"""What left the house: to whom, when, and whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from leadloop.foundation.clock import now
from leadloop.foundation.messages import Message, from_data
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.tabs import Tab
from leadloop.notices import kinds, operations, queries
from leadloop.notices.models import Delivery, DeliveryState
from leadloop.notices.permissions import runs_groups
from leadloop.people.models import User

PER_PAGE = 50
TROUBLE = "trouble"
_TROUBLED = (DeliveryState.UNKNOWN, DeliveryState.GIVEN_UP)
_COLOURS = {
    DeliveryState.SENT: "good",
    DeliveryState.UNKNOWN: "warn",
    DeliveryState.GIVEN_UP: "bad",
    DeliveryState.SENDING: "info",
}


@dataclass(frozen=True, slots=True)
class Sent:
    id: int
    at: datetime
    icon: str
    to: str
    what: str
    count: int
    state: str
    colour: str
    tries: int
    due_at: datetime | None
    problem: Message | None
    may_again: bool


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    rows: tuple[Sent, ...]
    tabs: tuple[Tab, ...]
    everybody: bool
    older: str


@login_required
@never_cache
def delivery_list(request: HttpRequest) -> HttpResponse:
    user, state = _person(request), request.GET.get("state", "")
    rows = _only(queries.deliveries_for(user), state)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PER_PAGE + 1])
    older = f"?state={state}&before={found[PER_PAGE - 1].pk}" if len(found) > PER_PAGE else ""
    page = DeliveriesPage(
        rows=tuple(_row(one) for one in found[:PER_PAGE]),
        tabs=tuple(_tabs(state)),
        everybody=runs_groups(user),
        older=older,
    )
    return show(request, "notices/deliveries.html", page)


@login_required
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    user = _person(request)
    operations.send_again(delivery=queries.delivery(user, pk), actor=user, now=now())
    messages.success(request, _("It is sent again."))
    return redirect("notices:deliveries")


def _only(rows: QuerySet[Delivery], state: str) -> QuerySet[Delivery]:
    if state in {TROUBLE, DeliveryState.GIVEN_UP}:
        return rows.filter(state__in=_TROUBLED)
    if state == DeliveryState.WAITING:
        return rows.filter(state__in=[DeliveryState.WAITING, DeliveryState.SENDING])
    return rows


def _tabs(state: str) -> list[Tab]:
    address = reverse("notices:deliveries")
    trouble = state in {TROUBLE, DeliveryState.GIVEN_UP}
    return [
        Tab(_("Everything"), address, not trouble and state != DeliveryState.WAITING),
        Tab(_("Not arrived"), f"{address}?state={TROUBLE}", trouble),
        Tab(_("Waiting"), f"{address}?state=waiting", state == DeliveryState.WAITING),
    ]


def _row(one: Delivery) -> Sent:
    titles = [kinds.kind_of(key).title.render(_) for key in one.kinds]
    removed = one.endpoint is not None and one.endpoint.removed_at is not None
    return Sent(
        id=one.pk,
        at=one.ended_at or one.created_at,
        icon="mail" if one.endpoint is None else "messages",
        to=str(one.endpoint or one.user),
        what=" · ".join(titles),
        count=one.count,
        state=one.get_state_display(),
        colour=_COLOURS.get(DeliveryState(one.state), ""),
        tries=one.tries,
        due_at=one.due_at if one.state == DeliveryState.WAITING else None,
        problem=from_data(one.problem) if one.problem else None,
        may_again=one.state in _TROUBLED and not removed,
    )


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
