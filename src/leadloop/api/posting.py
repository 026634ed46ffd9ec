"""What every POST has in common: a body with a declared shape, one answer for one key, one form of errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pydantic
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Schema

from leadloop.api import answers, problems
from leadloop.api.answers import Given, Once, as_json
from leadloop.api.problems import Refused
from leadloop.api.reading import Malformed, body_of, check_signs, fault_of
from leadloop.api.schemas import reference
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError
from leadloop.foundation.messages import msg
from leadloop.people.models import ApiToken, User

_S = TypeVar("_S", bound=Schema)

KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": "Chosen by the sender, new for every new request; a UUID does well",
}
BODIES: list[type[Schema]] = []
"""Shapes that are read here and described by the API's own schema all the same."""


def described(*schemas: type[Schema]) -> dict[str, Any]:
    """What OpenAPI says of the body: one of these."""
    BODIES.extend(schema for schema in schemas if schema not in BODIES)
    content = {"application/json": {"schema": {"oneOf": [reference(schema) for schema in schemas]}}}
    return {"requestBody": {"required": True, "content": content}, "parameters": [KEY]}


def posted(
    request: HttpRequest, schema: type[_S], work: Callable[[_S, User], object], *, status: int = 201
) -> HttpResponse:
    """``work`` in one transaction with the answer that is kept for the key."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    raw, data = body_of(request)
    key = key_of(request)
    try:
        sent = schema.model_validate(data)
        check_signs(sent.model_dump())
    except pydantic.ValidationError as error:
        return answer(refusal(Malformed([fault_of(one) for one in error.errors()])))
    except Malformed as error:
        return answer(refusal(error))

    def run() -> Given:
        try:
            with transaction.atomic():
                return Given(status, as_json(work(sent, token.user)))
        except LeadloopError as error:
            return refusal(error)

    digest = answers.digest_of("POST", request.path, raw)
    once = Once(token=token, key=key, digest=digest, now=now())
    return answer(answers.single(once, run) if key else run())


def refusal(error: Malformed | LeadloopError) -> Given:
    if isinstance(error, Malformed):
        found = problems.details(422, "invalid", faults=error.faults)
    else:
        found = problems.details_of(error)
    return Given(found["status"], as_json(found))


def answer(given: Given) -> HttpResponse:
    kind = "application/json" if given.status < 400 else problems.CONTENT_TYPE
    found = HttpResponse(given.body, status=given.status, content_type=kind)
    if given.replayed:
        found["Idempotency-Replayed"] = "true"
    return found


def key_of(request: HttpRequest) -> str:
    key = str(request.headers.get("Idempotency-Key", "")).strip()
    if len(key) > 255 or not key.isascii() or not (key.isprintable() or not key):
        raise Refused(400, "malformed", msg("An Idempotency-Key has at most 255 plain characters."))
    return key


def person_of(request: HttpRequest) -> User:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token.user
