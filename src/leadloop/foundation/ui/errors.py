"""Errors that a person can do something about become a page, or a note when htmx asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from leadloop.foundation import errors
from leadloop.foundation.ui.pages import show

STATUS: dict[type[errors.LeadloopError], int] = {
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.UsageError: 400,
    errors.DataError: 400,
}


@dataclass(frozen=True, slots=True)
class ErrorPage:
    reason: str


class ErrorPages:
    """Middleware: the last place an error of ours can reach."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, errors.LeadloopError):
            return None
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        reason = error.message.render(gettext)
        if request.headers.get("HX-Request"):
            return note(reason, status=status)
        return show(request, f"{status}.html", ErrorPage(reason=reason), status=status)


def note(text: str, *, status: int, kind: str = "error", also: Iterable[str] = ()) -> HttpResponse:
    """Tell the person without touching what the page shows. ``also``: events that parts of it listen for."""
    trigger = json.dumps({"leadloop:note": {"text": text, "kind": kind}} | {name: {} for name in also})
    return HttpResponse(status=status, headers={"HX-Reswap": "none", "HX-Trigger": trigger})
