"""What holds for every page: signed in unless named here, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

OPEN_TO_ALL = frozenset({"people:sign_in", "people:choose", "workspace:healthz", "actions:feed"})

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style, nothing from another host: text that somebody typed can never run."""


class SignInRequired(LoginRequiredMiddleware):
    """A new page is behind the sign-in without anybody thinking of it."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is not None and match.view_name in OPEN_TO_ALL:
            return None
        response: HttpResponseBase | None = super().process_view(request, view_func, view_args, view_kwargs)
        return response

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseRedirect:
        redirect = super().handle_no_permission(request, view_func)
        if request.headers.get("HX-Request"):
            # A part of a page was asked for: the whole page must go to the sign-in, not the part.
            redirect.status_code = 401
            redirect.headers["HX-Redirect"] = redirect.url
            del redirect.headers["Location"]
        return redirect


class PlainAddresses:
    """A NUL in an address is nobody's search: PostgreSQL refuses it in every text, so every page does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class ApiAddresses:
    """The API's addresses have a table of their own: its library is loaded when the first program calls."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/api/"):
            request.urlconf = "leadloop.config.api_urls"
        return self.get_response(request)


class ContentPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        return response


def client_address(request: HttpRequest) -> str:
    """Who knocks, for the lock-out. Behind a proxy, the last address it added; earlier ones can be forged."""
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER is not None and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
