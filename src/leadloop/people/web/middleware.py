"""The reader's language and zone, for every page."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class ReaderSettings:
    """After authentication. Somebody who is not signed in keeps what the browser or the cookie asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if user.language:
            translation.activate(user.language)
            # Read by the template context and by the Content-Language header.
            request.LANGUAGE_CODE = user.language
        with timezone.override(_zone(user.zone)):
            response = self.get_response(request)
        response.headers["Content-Language"] = translation.get_language() or ""
        return response


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
