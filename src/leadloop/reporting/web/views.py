"""The pages of conversion and funnel, their exports, and the choice of dimensions and filters."""

from __future__ import annotations

import io

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.foundation.spreadsheet import Sheet, write_csv, write_xlsx
from leadloop.foundation.ui.pages import in_dialog, show
from leadloop.people.permissions import may
from leadloop.reporting import asking, exports, lookup
from leadloop.reporting.exports import Table
from leadloop.reporting.web import choices, pages, scopebar
from leadloop.reporting.web.asked import Asked, read, with_dimensions
from leadloop.store.snapshots import figures_are_ready

PAGES = ("conversion", "funnel")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
def home(request: HttpRequest) -> HttpResponse:
    return redirect("reporting:conversion")


@login_required
def conversion(request: HttpRequest) -> HttpResponse:
    if own := _own_days(request, "conversion"):
        return redirect(own)
    return show(request, "reporting/conversion.html", pages.conversion_page(read(request), request.user))


@login_required
def funnel(request: HttpRequest) -> HttpResponse:
    if own := _own_days(request, "funnel"):
        return redirect(own)
    return show(request, "reporting/funnel.html", pages.funnel_page(read(request), request.user))


@login_required
def newer(request: HttpRequest) -> HttpResponse:
    """What a page whose figures lag behind asks every few seconds: the notice as it should read now."""
    return show(request, "reporting/_newer.html", pages.Newer(figures_are_ready()))


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """Dimensions and filters, in the dialog or as a page."""
    page = request.GET.get("page", "")
    if page not in PAGES:
        raise NotFound(msg("There is no such page of the analysis."))
    template = "reporting/choices_dialog.html" if in_dialog(request) else "reporting/choices.html"
    return show(request, template, choices.choices_page(read(request), page))


@login_required
def export(request: HttpRequest, page: str, kind: str) -> HttpResponse:
    """The table of a page as CSV or XLSX, with raw values."""
    if not may(request.user, "export"):
        raise NotAllowed(msg("Your role does not include exports."))
    if page not in PAGES or kind not in {"csv", "xlsx"}:
        raise NotFound(msg("Tables are exported as csv or xlsx."))
    asked = read(request)
    table = _table(asked, page)
    stream = io.BytesIO()
    if kind == "csv":
        write_csv(stream, table.headers, table.rows)
    else:
        widths = [column.width for column in table.columns]
        write_xlsx(stream, [Sheet(page, table.headers, table.rows, widths)])
    name = f"{page}-{asked.scope.period or 'all'}.{kind}"
    return HttpResponse(
        stream.getvalue(),
        content_type="text/csv; charset=utf-8" if kind == "csv" else XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _table(asked: Asked, page: str) -> Table:
    if page == "funnel":
        found = asking.funnel(asked.snapshot, asked.scope)
        return exports.funnel(found, lookup.names(asked.scope, funnels=[found]))
    journeys = asked.snapshot.journeys(canonical=asked.scope.process is None)
    scope = with_dimensions(asked.scope, journeys.dimensions())
    result = asking.conversion(asked.snapshot, scope, customers=True)
    return exports.conversion(result, lookup.names(scope, conversions=[result]))


def _own_days(request: HttpRequest, page: str) -> str:
    """The address with the days of the plain form turned into a period; empty when there are none."""
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    if not (first and last):
        return ""
    address = request.GET.copy()
    for name in ("first", "last", "compare"):
        address.pop(name, None)
    address["period"] = scopebar.own_period(first, last)
    return f"{reverse(f'reporting:{page}')}?{address.urlencode()}"
