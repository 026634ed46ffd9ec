"""How an import is doing, what became of it, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from leadloop.foundation import clock
from leadloop.foundation.messages import Message
from leadloop.foundation.spreadsheet import csv_chunks
from leadloop.foundation.ui.pages import part_for, show
from leadloop.imports import operations, queries
from leadloop.imports.models import UNFINISHED, Import, Outcome, Status
from leadloop.imports.permissions import get, visible
from leadloop.imports.waking import run_import
from leadloop.imports.web.reader import user_of

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class ImportPage:
    import_: Import
    running: bool
    undoable: bool
    rejected: Sequence[tuple[Message, int, int]]
    skipped: Sequence[tuple[Message, int, int]]
    step: str = "progress"


@dataclass(frozen=True, slots=True)
class ListPage:
    pages: Page[Import]


@login_required
def import_list(request: HttpRequest) -> HttpResponse:
    shown = visible(user_of(request)).exclude(status=Status.DRAFT).select_related("actor")
    pages = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "imports/list.html", ListPage(pages))


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    import_ = get(user_of(request), pk)
    if import_.status == Status.DRAFT:
        return redirect("imports:columns", pk)
    running = import_.status in UNFINISHED
    page = ImportPage(
        import_,
        running,
        import_.may_be_undone(clock.now()),
        [] if running else queries.common_reasons(import_, Outcome.REJECTED),
        [] if running else queries.common_reasons(import_, Outcome.SKIPPED),
    )
    template = "imports/progress.html" if part_for(request, "progress") else "imports/detail.html"
    return show(request, template, page)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    operations.cancel(import_=get(user_of(request), pk), actor=user_of(request), now=clock.now())
    return redirect("imports:detail", pk)


@login_required
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    operations.undo(import_=get(user_of(request), pk), actor=user_of(request), now=clock.now())
    run_import(pk)
    return redirect("imports:detail", pk)


@login_required
def rows_file(request: HttpRequest, pk: int, outcome: str) -> HttpResponse | StreamingHttpResponse:
    """The lines that were rejected or skipped as they stand in the file, and why, as CSV."""
    if outcome not in {Outcome.REJECTED, Outcome.SKIPPED}:
        raise Http404
    import_ = get(user_of(request), pk)
    headers, rows = queries.original_rows(import_, Outcome(outcome))
    extra = [gettext("Row"), gettext("Reason")]

    def lines() -> Iterator[list[str | int]]:
        for result, cells in rows:
            why = "; ".join(message.render(gettext) for message in queries.reasons_of(result))
            yield [*(cells.get(header, "") for header in headers), result.row, why]

    answer = StreamingHttpResponse(
        csv_chunks([*headers, *extra], lines()), content_type="text/csv; charset=utf-8"
    )
    name = f"{import_.files[0]['name'].rsplit('.', 1)[0]}-{outcome}.csv"
    answer["Content-Disposition"] = content_disposition_header(True, name) or ""
    return answer


@login_required
def mapping_file(request: HttpRequest, pk: int) -> HttpResponse:
    """How the columns were read, for the next file of the kind or for the command line."""
    import_ = get(user_of(request), pk)
    answer = HttpResponse(import_.mapping, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, "mapping.toml") or ""
    return answer
