"""The list of warnings, those that are over and wait for an answer, and how good the rules are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.foundation import clock
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.foundation.ui.tabs import Tab
from leadloop.people.models import User
from leadloop.people.permissions import may
from leadloop.process.queries import default_process
from leadloop.warnings import queries, quotations, wording
from leadloop.warnings.models import Alert
from leadloop.warnings.permissions import judged_leads, may_weigh, require_weigh
from leadloop.warnings.queries.alerts import WITH
from leadloop.warnings.queries.basis import basis
from leadloop.warnings.rules import Policy, Rule
from leadloop.warnings.web.answers import reader_of
from leadloop.warnings.web.rows import PUT_OFF, Row, row_of

PER_PAGE = 50
ASK_FOR = timedelta(days=30)
"""So long after its end somebody is asked whether a warning was right."""


@dataclass(frozen=True, slots=True)
class ListPage:
    tabs: tuple[Tab, ...]
    pills: tuple[Tab, ...]
    rows: tuple[Row, ...]
    pages: Pages
    total: int
    over: bool
    put_off: tuple[int, ...] = PUT_OFF


@dataclass(frozen=True, slots=True)
class Line:
    """How good one rule is."""

    name: Message
    terms: Message
    """By the default process."""
    n: int
    right: int
    share: float | None
    low: float
    high: float
    all: int
    open: int
    acted: int
    missing: bool
    """Nobody knows yet what the rule reads."""
    url: str


@dataclass(frozen=True, slots=True)
class PrecisionPage:
    tabs: tuple[Tab, ...]
    lines: tuple[Line, ...]
    judged: int


@login_required
def warning_list(request: HttpRequest) -> HttpResponse:
    user, now = _worker(request), clock.now()
    return _list(request, user, queries.open_for(user, now), "list", now)


@login_required
def over(request: HttpRequest) -> HttpResponse:
    """What is over without anybody having said whether it was right."""
    user, now = _worker(request), clock.now()
    found = Alert.objects.filter(ended_at__gt=now - ASK_FOR, outcome="")
    found = found.filter(lead__in=judged_leads(user).order_by()).select_related(*WITH)
    return _list(request, user, found.order_by("-ended_at", "-id"), "over", now)


def _worker(request: HttpRequest) -> User:
    user = reader_of(request)
    if not may(user, "work"):
        raise NotFound(msg("There is no such page."))
    return user


def _list(
    request: HttpRequest, user: User, alerts: QuerySet[Alert], active: str, now: datetime
) -> HttpResponse:
    counts = dict(alerts.order_by().values_list("rule").annotate(Count("id")))
    rule = request.GET.get("rule", "")
    rule = rule if rule in set(Rule) else ""
    shown = alerts.filter(rule=rule) if rule else alerts
    total = counts.get(rule, 0) if rule else sum(counts.values())
    page = _page(request)
    rows = shown[(page - 1) * PER_PAGE : page * PER_PAGE]
    address = partial(_address, {"rule": rule} if rule else {})
    return show(
        request,
        "warnings/list.html",
        ListPage(
            tabs=_tabs(user, active),
            pills=_pills(counts, rule),
            rows=tuple(row_of(alert, user, now) for alert in rows),
            pages=pages(page, total, PER_PAGE, address),
            total=total,
            over=active == "over",
        ),
    )


def _tabs(user: User, active: str) -> tuple[Tab, ...]:
    found = [("list", _("Open")), ("over", _("Over: was it right?"))]
    if may_weigh(user):
        found.append(("precision", _("How good the rules are")))
    return tuple(Tab(title, reverse(f"warnings:{name}"), name == active) for name, title in found)


def _pills(counts: dict[str, int], active: str) -> tuple[Tab, ...]:
    found = [Tab(_("All"), "?", not active, sum(counts.values()))]
    for rule in Rule:
        if counts.get(rule) or rule == active:
            title = wording.name(rule).render(_)
            found.append(Tab(title, f"?rule={rule}", rule == active, counts.get(rule, 0)))
    return tuple(found)


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


def _address(keep: dict[str, str], page: int) -> str:
    return "?" + urlencode({**keep, **({"page": page} if page > 1 else {})})


@login_required
def precision(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    require_weigh(user)
    policy = basis().policy(default_process().pk)
    lines = tuple(_line(one, policy) for one in queries.precisions(judged_leads(user)))
    judged = sum(line.n for line in lines)
    page = PrecisionPage(tabs=_tabs(user, "precision"), lines=lines, judged=judged)
    return show(request, "warnings/precision.html", page)


def _line(one: queries.Precision, policy: Policy) -> Line:
    low, high = one.interval or (0.0, 0.0)
    return Line(
        name=wording.name(one.rule),
        terms=wording.terms(one.rule, policy),
        n=one.n,
        right=one.right,
        share=one.share,
        low=low,
        high=high,
        all=one.all,
        open=one.open,
        acted=one.acted,
        missing=one.rule == Rule.QUOTATIONS and not quotations.known(),
        url=f"{reverse('warnings:list')}?rule={one.rule}",
    )
