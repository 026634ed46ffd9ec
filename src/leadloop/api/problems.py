"""Errors as programs read them: problem details (RFC 9457), in the language that the request asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext

from leadloop.foundation import errors, privacy
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.messages import Message, msg

CONTENT_TYPE = "application/problem+json"

TITLES: Mapping[str, Message] = {
    "invalid": msg("The data is not right"),
    "malformed": msg("The request cannot be read"),
    "unauthorized": msg("A valid token is needed"),
    "forbidden": msg("This is not allowed"),
    "not-found": msg("Not found"),
    "method": msg("Not this method"),
    "conflict": msg("Somebody was faster, or the state forbids it"),
    "key-reused": msg("This Idempotency-Key was used for another request"),
    "too-large": msg("The request is too large"),
    "media-type": msg("This content type is not understood"),
    "too-many": msg("Too many requests"),
}
"""Kind of problem -> its title. The kind is the last part of the problem's ``type``."""

_KINDS: Mapping[type[LeadloopError], tuple[int, str]] = {
    errors.NotFound: (404, "not-found"),
    errors.NotAllowed: (403, "forbidden"),
    errors.Conflict: (409, "conflict"),
    errors.UsageError: (400, "malformed"),
    errors.DataError: (422, "invalid"),
}


class Refused(Exception):
    """A request that goes no further."""

    def __init__(
        self, status: int, kind: str, detail: Message, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(detail))
        self.status, self.kind, self.detail, self.headers = status, kind, detail, headers or {}


def details(
    status: int, kind: str, detail: Message | str = "", *, faults: Sequence[tuple[str, str]] = ()
) -> dict[str, Any]:
    """``faults``: (JSON pointer, what is wrong there)."""
    text = privacy.scrubbed(detail).render(gettext) if isinstance(detail, Message) else detail
    found: dict[str, Any] = {
        "type": f"/api/v1/problems/{kind}",
        "title": TITLES[kind].render(gettext),
        "status": status,
    }
    if text:
        found["detail"] = text
    if faults:
        found["errors"] = [{"pointer": pointer, "detail": what} for pointer, what in faults]
    return found


def details_of(error: LeadloopError) -> dict[str, Any]:
    status, kind = next(
        (pair for of, pair in _KINDS.items() if isinstance(error, of)), (HTTPStatus.BAD_REQUEST, "malformed")
    )
    words = privacy.scrubbed(error.message).render(gettext)
    return details(int(status), kind, words, faults=[(f"/{error.field}", words)] if error.field else ())


def response(found: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(
        json.dumps(found, ensure_ascii=False),
        status=found["status"],
        content_type=CONTENT_TYPE,
        headers=dict(headers or {}),
    )
