from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

import leadloop.api.discovery
import leadloop.api.follow_ups
import leadloop.api.next_actions  # noqa: F401 - each adds its operations
from leadloop.api import problems
from leadloop.api.access import at_the_door
from leadloop.api.routes import api
from leadloop.foundation.messages import msg


def _nothing_here(_request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    return problems.response(problems.details(404, "not-found", msg("There is no such address.")))


def _problem(_request: HttpRequest, kind: str) -> HttpResponse:
    """Where the ``type`` of a problem leads."""
    if kind not in problems.TITLES:
        return _nothing_here(_request)
    return problems.response({**problems.details(200, kind), "status": 200})


def _guarded(patterns: Iterable[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = at_the_door(pattern.callback)
    return list(patterns)


_patterns, _app, _namespace = api.urls
app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    *_guarded(_patterns),
    path("problems/<slug:kind>", at_the_door(_problem), name="problem"),
    path("<path:rest>", at_the_door(_nothing_here), name="nothing"),
]
