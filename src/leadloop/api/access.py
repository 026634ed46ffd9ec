"""Who asks: the token, what it may do, and how often."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja.security import HttpBearer

from leadloop.api.problems import Refused, details, response
from leadloop.capture import quota
from leadloop.foundation.clock import now
from leadloop.foundation.messages import msg
from leadloop.people.kept import steady
from leadloop.people.models import ApiToken
from leadloop.people.tokens import find_token

MINUTE = 60


class Bearer(HttpBearer):
    """``Authorization: Bearer …`` with the scope that the operation needs."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        found = find_token(token, now=now())
        if found is None:
            raise nobody()
        _count(request, found)
        if self.scope not in found.scopes:
            raise Refused(403, "forbidden", msg("The token lacks the scope “%(scope)s”.", scope=self.scope))
        return found


def nobody() -> Refused:
    return Refused(
        401,
        "unauthorized",
        msg("Send “Authorization: Bearer …” with a token that is neither revoked nor expired."),
        {"WWW-Authenticate": "Bearer"},
    )


def _count(request: HttpRequest, token: ApiToken) -> None:
    given = quota.take(key=f"token:{token.pk}", limit=token.per_minute, window=MINUTE, now=now())
    request.allowance = given  # type: ignore[attr-defined]
    if not given.allowed:
        raise Refused(
            429,
            "too-many",
            msg("At most %(limit)s requests a minute with this token.", limit=given.limit),
            {"Retry-After": str(given.seconds)},
        )


def at_the_door(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """What every answer of the API has: no sign-in page, limits in headers, problems in one form."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with steady():
            answer: HttpResponse = view(request, *args, **kwargs)
        if answer.status_code == 405:
            headers = {"Allow": answer.headers.get("Allow", "")}
            answer = response(details(405, "method"), headers)
        given: quota.Allowance | None = getattr(request, "allowance", None)
        if given is not None:
            answer["RateLimit-Policy"] = f'"token";q={given.limit};w={given.window}'
            answer["RateLimit"] = f'"token";r={given.left};t={given.seconds}'
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    guarded.login_required = False  # type: ignore[attr-defined]
    return guarded
