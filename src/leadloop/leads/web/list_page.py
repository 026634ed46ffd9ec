"""The lead list: filters, columns, sort and page all in the address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.numbers import grouped
from leadloop.foundation.spreadsheet import Cell, Sheet, csv_chunks, write_xlsx
from leadloop.foundation.ui.markup import escaped, joined
from leadloop.foundation.ui.pages import show
from leadloop.foundation.ui.paging import Pages, pages
from leadloop.foundation.ui.templatetags.ui import icon as icon_of
from leadloop.leads import queries, saved_views
from leadloop.leads.models import BulkKind, Lead, SavedView
from leadloop.leads.operations.together import MOST
from leadloop.leads.ordering import NEWEST, WINDOW, Cut, Ordered
from leadloop.leads.web import columns, drill
from leadloop.leads.web.columns import Column
from leadloop.leads.web.filters import STATE_TABS, Chip, ListQuery, is_common
from leadloop.people.models import User
from leadloop.people.permissions import may

PER_PAGE = 50
COUNT_CAP, SLOW_COUNT_CAP = 10_000, 1_000
"""Beyond it the list says “more than” at once and counts exactly afterwards, on its own request. The lower
one where each lead has to be looked at."""
SESSION_COLUMNS = "lead_columns"
SPOOL = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Heading:
    title: str
    css: str
    url: str
    """Sorts by it; empty where that is not possible."""
    direction: str
    """``ascending``, ``descending`` or empty, for ``aria-sort``."""


@dataclass(frozen=True, slots=True)
class StateTab:
    title: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Doing:
    title: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class ListPage:
    headings: tuple[Heading, ...]
    rows: tuple[SafeString, ...]
    """Each row, ready: a list has hundreds of cells, and the template engine is slow at them."""
    view: str
    """Name of the saved view that is open."""
    doings: tuple[Doing, ...]
    """What may be done with the chosen leads."""
    most: int
    total: str
    capped: bool
    note: str
    """What the order leaves out."""
    address: str
    """The list's own question, for links that keep it."""
    filtered: bool
    chips: tuple[Chip, ...]
    states: tuple[StateTab, ...]
    text: str
    keep: tuple[tuple[str, str], ...]
    """What the text field's form must send along."""
    pages: Pages
    drilled: drill.Banner | None
    may_export: bool
    may_register: bool
    may_import: bool


@login_required
def lead_list(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    if not request.GET and (first := saved_views.default_view(request.user)):
        return redirect(view_url(first))
    question = _with_columns(request, ListQuery.read(request.GET))
    leads, banner = matching(request, question)
    shown = columns.chosen(question.columns)
    ordered = question.in_order(leads)
    rows = tuple(_rows(ordered.leads, question, shown, may_log=may(request.user, "work")))
    total, capped = _total(ordered, question, len(rows))
    page = ListPage(
        view=_open_view(request.user, question),
        doings=tuple(_doings(request.user)),
        most=MOST,
        headings=tuple(_heading(column, question) for column in shown),
        rows=rows,
        total=grouped(total),
        capped=capped,
        address=question.address(),
        filtered=question.filtered or banner is not None,
        chips=question.chips(request.user),
        states=_state_tabs(question),
        text=question.text,
        keep=tuple(pair for pair in question.parameters() if pair[0] not in {"q", "page"}),
        pages=pages(
            question.page,
            total,
            PER_PAGE,
            lambda page: question.address(page=page),
            open_end=capped and ordered.cut != Cut.NEWEST and len(rows) == PER_PAGE,
        ),
        note=_note(ordered, question),
        drilled=banner,
        may_export=may(request.user, "export"),
        may_register=may(request.user, "register"),
        may_import=may(request.user, "import"),
    )
    return show(request, "leads/list.html", page)


@login_required
def exact_count(request: HttpRequest) -> HttpResponse:
    leads, _banner = matching(request, ListQuery.read(request.GET))
    return HttpResponse(grouped(leads.order_by().count()))


@login_required
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    if not may(request.user, "export"):
        raise NotAllowed(msg("Your role does not include exports."))
    if kind not in {"csv", "xlsx"}:
        raise NotFound(msg("Lists are exported as csv or xlsx."))
    question = _with_columns(request, ListQuery.read(request.GET))
    leads, _banner = matching(request, question)
    if chosen := request.GET.getlist("lead"):
        leads = queries.by_ids(leads, [int(key) for key in chosen[:MOST] if key.isascii() and key.isdigit()])
    shown = columns.chosen(question.columns)
    headers = [str(column.title) for column in shown]
    rows = _export_rows(leads.order_by(*question.order()), shown)
    return (_csv if kind == "csv" else _xlsx)(headers, rows, _zone(request))


def count_up_to(leads: QuerySet[Lead], cap: int) -> tuple[int, bool]:
    """How many there are, but no more work than counting ``cap`` and one: from the newest on."""
    found = leads.order_by(*NEWEST)[: cap + 1].count()
    return min(found, cap), found > cap


def matching(
    request: HttpRequest, question: ListQuery, address: QueryDict | None = None
) -> tuple[QuerySet[Lead], drill.Banner | None]:
    """The leads that a question asks for; ``address`` is where it stands, when not in the request's own."""
    zone = _zone(request)
    leads = question.apply(queries.visible(request.user), zone=zone)
    if not question.drill:
        return leads, None
    asked = request.GET if address is None else address
    return drill.restrict(request, asked, leads, zone=zone, leave=question.address(drill=()))


def _total(ordered: Ordered, question: ListQuery, shown: int) -> tuple[int, bool]:
    """Counted only where the page is full: a short one says itself how many there are."""
    if ordered.total is not None:
        return ordered.total, ordered.more
    if 0 < shown < PER_PAGE or (shown == 0 and question.page == 1):
        return (question.page - 1) * PER_PAGE + shown, False
    cap = SLOW_COUNT_CAP if question.filtered else COUNT_CAP
    if question.text and is_common(question.text):
        cap = question.page * PER_PAGE
    return count_up_to(ordered.leads, cap)


def _note(ordered: Ordered, question: ListQuery) -> str:
    if ordered.cut == Cut.NEWEST:
        return _("In order are the newest %(count)s that fit. Filter to put all in order.") % {
            "count": grouped(WINDOW)
        }
    if ordered.cut == Cut.VALUED:
        return _("So many leads fit that those without “%(column)s” are left out of this order.") % {
            "column": question.sorted_by.title
        }
    return ""


def view_url(view: SavedView) -> str:
    return f"{reverse('leads:list')}?{view.address}{'&' if view.address else ''}view={view.pk}"


def _open_view(user: User, question: ListQuery) -> str:
    found = saved_views.views_for(user).filter(pk=question.view).first() if question.view else None
    return found.name if found else ""


_DOINGS = (
    (BulkKind.ASSIGN, "user-share", "assign"),
    (BulkKind.GRADE, "award", "screen"),
    (BulkKind.STAGE, "arrow-right", "work"),
    (BulkKind.TAG, "tag", "screen"),
    (BulkKind.UNTAG, "minus", "screen"),
    (BulkKind.INVALIDATE, "ban", "screen"),
)


def _doings(user: User) -> Iterator[Doing]:
    for kind, icon, right in _DOINGS:
        if may(user, right):
            yield Doing(str(kind.label), icon, reverse("leads:together", args=[kind.value]))


def _rows(
    leads: QuerySet[Lead], question: ListQuery, shown: tuple[Column, ...], *, may_log: bool
) -> Iterator[SafeString]:
    start = (question.page - 1) * PER_PAGE
    fetched = leads.values(*columns.fields_of(shown))[start : start + PER_PAGE]
    opened = [(_opening(column), column.show) for column in shown]
    choose = escaped(_("Choose this lead"))
    button = _log_button() if may_log else ""
    for row in columns.with_foreign(list(fetched), shown):
        key = row["id"]
        yield joined(
            (
                f'<tr data-lead="{key}" data-url="{escaped(columns.lead_url(row["number"]))}">'
                '<td class="pick"><input class="form-check-input" type="checkbox"'
                f' name="lead" value="{key}" form="chosen" aria-label="{choose}">{button}</td>',
                *(f"{opening}{escaped(show_cell(row))}</td>" for opening, show_cell in opened),
                "</tr>",
            )
        )


def _log_button() -> str:
    """Opens the form of a follow-up below its row."""
    title = escaped(_("Log a follow-up"))
    return (
        f'<button class="row-log" type="button" tabindex="-1" data-log-row title="{title} (l)"'
        f' aria-label="{title}">{icon_of("message")}</button>'
    )


def _opening(column: Column) -> str:
    cell = f' data-cell="{escaped(column.cell)}"' if column.cell else ""
    return f'<td class="{escaped(column.css)}"{cell}>'


def _export_rows(leads: QuerySet[Lead], shown: tuple[Column, ...]) -> Iterator[list[Cell]]:
    rows = leads.values(*columns.fields_of(shown)).iterator(chunk_size=2_000)
    while chunk := list(islice(rows, 2_000)):
        for row in columns.with_foreign(chunk, shown):
            yield [columns.export_value(column, row) for column in shown]


def _csv(headers: list[str], rows: Iterator[list[Cell]], zone: str) -> HttpResponseBase:
    answer = StreamingHttpResponse(
        csv_chunks(headers, rows, zone=zone), content_type="text/csv; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name("csv")}"'
    return answer


def _xlsx(headers: list[str], rows: Iterator[list[Cell]], zone: str) -> HttpResponseBase:
    from tempfile import SpooledTemporaryFile

    stream: Any = SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 (FileResponse closes it)
    write_xlsx(stream, [Sheet(_("Leads"), headers, rows)], zone=zone)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=_file_name("xlsx"))


def _file_name(kind: str) -> str:
    return f"leads-{timezone.localdate().isoformat()}.{kind}"


def _with_columns(request: HttpRequest, question: ListQuery) -> ListQuery:
    """Columns of the address win and are remembered; without them the remembered ones are shown."""
    if question.columns:
        if request.session.get(SESSION_COLUMNS) != list(question.columns):
            request.session[SESSION_COLUMNS] = list(question.columns)
        return question
    return replace(question, columns=tuple(request.session.get(SESSION_COLUMNS, ())))


def _heading(column: Column, question: ListQuery) -> Heading:
    ascending, descending = column.key, f"-{column.key}"
    direction = {ascending: "ascending", descending: "descending"}.get(question.sort, "")
    following = descending if question.sort == ascending else ascending
    url = question.address(sort=following) if column.sort else ""
    return Heading(str(column.title), column.css, url, direction)


def _state_tabs(question: ListQuery) -> tuple[StateTab, ...]:
    rest = {key: held for key, held in question.values.items() if key != "state"}
    current = question.values.get("state", ())
    return tuple(
        StateTab(
            title=str(title),
            url=question.address(values=rest | ({"state": (key,)} if key else {})),
            active=current == ((key,) if key else ()),
        )
        for key, title in STATE_TABS
    )


def _zone(request: HttpRequest) -> str:
    assert isinstance(request.user, User)
    try:
        return ZoneInfo(request.user.zone).key
    except (KeyError, ValueError):
        return timezone.get_current_timezone_name()
