"""The work list: pairs of customers that may be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from leadloop.customers.matching.reasons import Reason
from leadloop.customers.models import Customer
from leadloop.foundation import clock
from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.foundation.ui.pages import leave, part_for, show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.foundation.ui.tabs import Tab
from leadloop.identity import operations, queries
from leadloop.identity.models import Job, Merge, Pair, Run
from leadloop.identity.operations.running import merge_pair
from leadloop.identity.plans import better_first
from leadloop.identity.queries import Dealings
from leadloop.identity.waking import do_run
from leadloop.identity.web.detail import reasons_of
from leadloop.identity.web.people import user_of
from leadloop.people.models import Role
from leadloop.people.permissions import may, roles_of

PER_PAGE = 25
LIKELY = 0.8
TABS = ("open", "certain", "apart", "merged")


@dataclass(frozen=True, slots=True)
class Side:
    customer: Customer
    dealings: Dealings


@dataclass(frozen=True, slots=True)
class PairRow:
    pair: Pair
    sides: tuple[Side, Side]
    reasons: Sequence[Reason]
    share: int
    """Per cent, never a hundred: it is an estimate."""
    kind: str
    compare: str


@dataclass(frozen=True, slots=True)
class RunsPage:
    """How the background work is doing."""

    search: Run | None
    merging: Run | None
    running: bool
    ended: bool
    """Something has ended while the page was open: what it shows is of before."""


@dataclass(frozen=True, slots=True)
class WorkPage:
    tab: str
    tabs: Sequence[Tab]
    rows: Sequence[PairRow]
    merges: Sequence[Merge]
    pages: Pages
    certain: int
    merges_all: bool
    """May merge all certain pairs in the background."""
    search: Run | None
    merging: Run | None
    running: bool
    ended: bool


@login_required
def work_list(request: HttpRequest) -> HttpResponse:
    _require(request)
    runs = _runs(asked_again=part_for(request, "runs"))
    if part_for(request, "runs"):
        return show(request, "identity/runs.html", runs)
    tab = request.GET.get("show", "open")
    tab = tab if tab in TABS else "open"
    counts = _counts(request)
    number = _page(request)
    shown = slice((number - 1) * PER_PAGE, number * PER_PAGE)
    page = WorkPage(
        tab=tab,
        tabs=_tabs(tab, counts),
        rows=[] if tab == "merged" else _rows(request, list(_pairs(request, tab)[shown])),
        merges=list(queries.recent_merges(request.user)[shown]) if tab == "merged" else [],
        pages=pages(number, counts[tab], PER_PAGE, lambda n: f"?show={tab}&page={n}"),
        certain=counts["certain"],
        merges_all=Role.OPS in roles_of(request.user),
        search=runs.search,
        merging=runs.merging,
        running=runs.running,
        ended=False,
    )
    return show(request, "identity/duplicates.html", page)


@login_required
@require_POST
def search(request: HttpRequest) -> HttpResponse:
    do_run(operations.ask(job=Job.SEARCH, actor=user_of(request), now=clock.now()).pk)
    return leave(request, reverse("customers:duplicates"))


@login_required
@require_POST
def merge_certain(request: HttpRequest) -> HttpResponse:
    """The chosen ones at once; all of them in the background."""
    _require(request)
    if "all" in request.POST:
        do_run(operations.ask(job=Job.MERGE, actor=user_of(request), now=clock.now()).pk)
        return leave(request, reverse("customers:duplicates") + "?show=certain")
    chosen = [int(pk) for pk in request.POST.getlist("pair") if pk.isascii() and pk.isdigit()][:PER_PAGE]
    seen = queries.open_pairs(request.user, certain=True).filter(pk__in=chosen).values_list("pk", flat=True)
    done = sum(merge_pair(pair_id=pk, actor=user_of(request), now=clock.now()) for pk in list(seen))
    _tell_merged(request, done, len(chosen) - done)
    return leave(request, reverse("customers:duplicates") + "?show=certain")


@login_required
@require_POST
def apart(request: HttpRequest, pair_id: int) -> HttpResponse:
    pair = queries.pair(request.user, pair_id)
    operations.keep_apart(pair=pair, actor=user_of(request), now=clock.now())
    if part_for(request, f"pair-{pair_id}"):
        return HttpResponse("")
    return leave(request, reverse("customers:duplicates"))


@login_required
@require_POST
def again(request: HttpRequest, pair_id: int) -> HttpResponse:
    pair = queries.pair(request.user, pair_id)
    operations.reconsider(pair=pair, actor=user_of(request), now=clock.now())
    return leave(request, reverse("customers:duplicates"))


def _tell_merged(request: HttpRequest, done: int, left: int) -> None:
    if done:
        text = ngettext("%(count)s pair was merged.", "%(count)s pairs were merged.", done)
        messages.success(request, text % {"count": done})
    if left:
        text = ngettext("%(count)s pair was left as it is.", "%(count)s pairs were left as they are.", left)
        messages.warning(request, text % {"count": left})


def _require(request: HttpRequest) -> None:
    if not may(request.user, "work"):
        raise NotAllowed(msg("Your role does not merge customers."))


def _runs(*, asked_again: bool) -> RunsPage:
    searched, merging = queries.last_run(Job.SEARCH), queries.last_run(Job.MERGE)
    running = any(run is not None and run.unfinished for run in (searched, merging))
    return RunsPage(searched, merging, running, ended=asked_again and not running)


def _pairs(request: HttpRequest, tab: str) -> QuerySet[Pair]:
    if tab == "apart":
        return queries.decided_pairs(request.user)
    return queries.open_pairs(request.user, certain=tab == "certain")


def _counts(request: HttpRequest) -> dict[str, int]:
    pairs = queries.pair_counts(request.user)
    shown = {"open": pairs.open, "certain": pairs.certain, "apart": pairs.apart}
    return shown | {"merged": queries.recent_merges(request.user).order_by().count()}


def _tabs(active: str, counts: dict[str, int]) -> list[Tab]:
    titles = {
        "open": _("To decide"),
        "certain": _("Certain"),
        "apart": _("Kept apart"),
        "merged": _("Merged"),
    }
    return [Tab(title, f"?show={tab}", tab == active, counts[tab]) for tab, title in titles.items()]


def _rows(request: HttpRequest, found: list[Pair]) -> list[PairRow]:
    ids = {pair.one_id for pair in found} | {pair.other_id for pair in found}
    dealings = queries.dealings(request.user, ids)

    def side(customer: Customer) -> Side:
        return Side(customer, dealings.get(customer.pk, Dealings()))

    return [
        PairRow(
            pair=pair,
            sides=(side(pair.one), side(pair.other)),
            reasons=reasons_of(pair),
            share=min(int(pair.probability * 100), 99),
            kind="" if pair.probability >= LIKELY else "warn",
            compare=reverse("customers:merge", args=_order(pair, dealings)),
        )
        for pair in found
    ]


def _order(pair: Pair, dealings: dict[int, Dealings]) -> tuple[int, int]:
    leads = {pk: known.leads for pk, known in dealings.items()}
    first, second = better_first(pair.one, pair.other, leads)
    return first.pk, second.pk


def _page(request: HttpRequest) -> int:
    asked = request.GET.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
