"""The grade list with reasons, the manager's review list, and who disagrees with whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.foundation.ui.tabs import Tab
from leadloop.grading import reviewing
from leadloop.grading.models import Source, Temperature
from leadloop.grading.permissions import reviews
from leadloop.grading.reviewing import NO_GRADE
from leadloop.grading.rules import GRADES
from leadloop.grading.web.pages import PER_PAGE, Graded, reader_of, rows, tabs
from leadloop.leads.models import COUNTED, State
from leadloop.leads.queries import visible

ALLOWED = {
    **dict.fromkeys(("grade", "rule", "rep", "manager"), (*GRADES, NO_GRADE)),
    "temperature": (*Temperature.values, NO_GRADE),
    "source": tuple(Source.values),
}


@dataclass(frozen=True, slots=True)
class ReviewPage:
    tabs: tuple[Tab, ...]
    pills: tuple[Tab, ...]
    rows: tuple[Graded, ...]
    pages: Pages
    total: int


@dataclass(frozen=True, slots=True)
class Chip:
    title: str
    text: str
    remove: str


@dataclass(frozen=True, slots=True)
class GradeListPage:
    tabs: tuple[Tab, ...]
    pills: tuple[Tab, ...]
    chips: tuple[Chip, ...]
    rows: tuple[Graded, ...]
    pages: Pages
    total: int


@dataclass(frozen=True, slots=True)
class Cell:
    count: int
    url: str
    kind: str
    """``same``, ``near`` (one grade apart) or ``far``."""


@dataclass(frozen=True, slots=True)
class MatrixView:
    title: str
    rows_title: Message
    columns_title: Message
    grades: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Cell, ...]], ...]
    judged: int
    agreed: int
    agreement: float | None


@dataclass(frozen=True, slots=True)
class DisagreementPage:
    tabs: tuple[Tab, ...]
    matrices: tuple[MatrixView, ...]
    judged: int


@login_required
def home(request: HttpRequest) -> HttpResponse:
    return redirect("grading:review" if reviews(reader_of(request)) else "grading:list")


@login_required
def review(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    if not reviews(user):
        raise NotAllowed(msg("Only managers and sales operations review grades."))
    why = request.GET.get("why", "")
    counts = reviewing.waiting_counts(user)
    page = _page(request)
    leads = reviewing.waiting(user, why).order_by("grade", "-grading__points", "-pk")
    total = counts[why if why in reviewing.TITLES else "all"]
    return show(
        request,
        "grading/review.html",
        ReviewPage(
            tabs=tabs(user, "review"),
            pills=_review_pills(counts, why),
            rows=rows(user, list(leads[(page - 1) * PER_PAGE : page * PER_PAGE])),
            pages=pages(page, total, PER_PAGE, partial(_address, {"why": why} if why else {})),
            total=total,
        ),
    )


def _review_pills(counts: dict[str, int], active: str) -> tuple[Tab, ...]:
    found = [Tab(_("All"), "?", active not in reviewing.TITLES, counts["all"])]
    found += [
        Tab(title.render(_), f"?why={why}", why == active, counts[why])
        for why, title in reviewing.TITLES.items()
    ]
    return tuple(found)


@login_required
def grade_list(request: HttpRequest) -> HttpResponse:
    """Every grade with its reason. Opened from a figure, it shows exactly the leads of that figure."""
    user = reader_of(request)
    values = {name: value for name in ALLOWED if (value := request.GET.get(name, "")) in ALLOWED[name]}
    everything = any(name in values for name in reviewing.JUDGES)
    states = COUNTED if everything else (State.OPEN,)
    leads = reviewing.filtered(visible(user).filter(state__in=states), values)
    focus = request.GET.get("focus") == "1" and "grade" not in values
    if focus:
        leads = leads.filter(grade__in=("A", "B"))
    page, total = _page(request), leads.order_by().count()
    chosen = leads.order_by("-grading__points", "-captured_at", "-pk")
    keep = {**values, **({"focus": "1"} if focus else {})}
    return show(
        request,
        "grading/list.html",
        GradeListPage(
            tabs=tabs(user, "list"),
            pills=_list_pills(values, focus=focus),
            chips=_chips(values),
            rows=rows(user, list(chosen[(page - 1) * PER_PAGE : page * PER_PAGE])),
            pages=pages(page, total, PER_PAGE, partial(_address, keep)),
            total=total,
        ),
    )


def _list_pills(values: dict[str, str], *, focus: bool) -> tuple[Tab, ...]:
    grade = values.get("grade", "")
    found = [
        Tab(_("All"), "?", not grade and not focus),
        Tab(_("Focus list: A and B"), "?focus=1", focus),
        *(Tab(one, f"?grade={one}", grade == one) for one in GRADES),
        Tab(_("not graded"), f"?grade={NO_GRADE}", grade == NO_GRADE),
    ]
    found += [
        Tab(str(one.label), f"?temperature={one}", values.get("temperature") == one) for one in Temperature
    ]
    return tuple(found)


def _chips(values: dict[str, str]) -> tuple[Chip, ...]:
    titles = {**reviewing.JUDGE_TITLES, "source": msg("grade given by")}
    words = {NO_GRADE: _("none"), **{source.value: str(source.label) for source in Source}}
    return tuple(
        Chip(
            titles[name].render(_),
            words.get(value, value),
            "?" + urlencode({key: other for key, other in values.items() if key != name}),
        )
        for name, value in values.items()
        if name in titles
    )


@login_required
def disagreement(request: HttpRequest) -> HttpResponse:
    user = reader_of(request)
    found = reviewing.matrices(user)
    page = DisagreementPage(
        tabs=tabs(user, "disagreement"),
        matrices=tuple(_matrix(one) for one in found),
        judged=sum(one.judged for one in found),
    )
    return show(request, "grading/disagreement.html", page)


def _matrix(found: reviewing.Matrix) -> MatrixView:
    one, other = reviewing.JUDGE_TITLES[found.rows], reviewing.JUDGE_TITLES[found.columns]
    return MatrixView(
        title=_("%(one)s and %(other)s") % {"one": one.render(_), "other": other.render(_)},
        rows_title=one,
        columns_title=other,
        grades=GRADES,
        lines=tuple((row, tuple(_cell(found, row, column) for column in GRADES)) for row in GRADES),
        judged=found.judged,
        agreed=found.agreed,
        agreement=found.agreement,
    )


def _cell(found: reviewing.Matrix, row: str, column: str) -> Cell:
    apart = abs(GRADES.index(row) - GRADES.index(column))
    address = f"{reverse('grading:list')}?{urlencode({found.rows: row, found.columns: column})}"
    return Cell(found.counts.get((row, column), 0), address, ("same", "near", "far")[apart])


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return min(max(int(text), 1), 100_000) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _address(keep: dict[str, str], page: int) -> str:
    return "?" + urlencode({**keep, "page": page})
