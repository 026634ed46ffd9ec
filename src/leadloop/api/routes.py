"""The operations of the API."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, ValidationError
from pydantic import Field
from pydantic.json_schema import models_json_schema

from leadloop.api import answers, problems
from leadloop.api.access import Bearer, nobody
from leadloop.api.answers import Given, Once, as_json
from leadloop.api.posting import BODIES, answer, described, key_of, person_of, refusal
from leadloop.api.problems import Refused
from leadloop.api.reading import MOST_ITEMS, Malformed, body_of, facts_of, lead_out, registered_out
from leadloop.api.schemas import BatchIn, BatchOut, LeadIn, LeadOut, Page, Problem, Registered
from leadloop.capture.operations import Door, capture
from leadloop.foundation.clock import now
from leadloop.foundation.errors import LeadloopError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads import queries
from leadloop.leads.operations import LeadFacts
from leadloop.people.models import ApiToken
from leadloop.people.permissions import may


class Api(NinjaAPI):
    """Reads the body of a POST itself, item by item; the description of it comes from the same schemas."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        found = super().get_openapi_schema(**kwargs)
        _, bodies = models_json_schema(
            [(body, "validation") for body in BODIES], ref_template="#/components/schemas/{model}"
        )
        found["components"]["schemas"] |= bodies["$defs"]
        return found


class Reference(Swagger):
    """Rendered from the files served here; without its application installed it would ask a far host."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        address = {"url": self.get_openapi_url(api, kwargs)}
        context = {"api": api, "swagger_settings": json.dumps(self.settings | address)}
        return render(request, self.template, context)


api = Api(
    title="leadloop",
    version="1",
    urls_namespace="api",
    docs=Reference(settings={"persistAuthorization": False, "displayRequestDuration": True}),
    description=(
        "Leads in and out. Make a token under “API tokens” and send it as `Authorization: Bearer …`; a "
        "program acts with the rights of the token's person. Send an `Idempotency-Key` with every POST: the "
        "same key "
        "with the same body gives the same answer for 24 hours, with another body 409. Errors are problem "
        "details (RFC 9457). `RateLimit` says how many requests are left in this minute."
    ),
)

_BODY = described(LeadIn, BatchIn)
PROBLEMS = dict.fromkeys((400, 401, 403, 409, 413, 415, 422, 429), Problem)


@api.post(
    "/leads",
    auth=Bearer("leads:write"),
    response={201: Registered, 207: BatchOut, **PROBLEMS},
    openapi_extra=_BODY,
    summary="Register a lead, or up to 1,000",
    operation_id="register_leads",
    tags=["leads"],
)
def register(request: HttpRequest) -> HttpResponse:
    """One lead as an object, or `{"leads": [...]}`; of a batch each is registered or refused by itself."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    if not may(token.user, "register"):
        raise NotAllowed(msg("Your role does not register leads."))
    raw, data = body_of(request)
    moment = now()
    key = key_of(request)
    once = Once(
        token=token,
        key=key or f"-{uuid.uuid4()}",
        digest=answers.digest_of("POST", request.path, raw),
        now=moment,
    )
    if isinstance(data, dict) and "leads" in data:
        return answer(_batch(once, data))
    work = _prepared(data, token, moment)
    return answer(answers.single(once, work) if key else work())


@api.get(
    "/leads",
    auth=Bearer("leads:read"),
    response={200: Page, **PROBLEMS},
    summary="The leads that the token's person sees, newest first",
    operation_id="list_leads",
    tags=["leads"],
)
def list_leads(
    request: HttpRequest,
    limit: Annotated[int, Field(ge=1, le=200)] = 50,
    cursor: Annotated[str, Field(max_length=200)] = "",
    state: Annotated[str, Field(description="open, won, lost or invalid")] = "",
    changed_since: datetime | None = None,
) -> HttpResponse:
    user = person_of(request)
    if not may(user, "leads"):
        raise NotAllowed(msg("Your role does not see leads."))
    leads = queries.visible(user).order_by("-captured_at", "-id")
    if state:
        leads = leads.filter(state=state)
    if changed_since is not None:
        leads = leads.filter(changed_at__gte=changed_since)
    if cursor:
        captured_at, pk = _position(cursor)
        leads = leads.filter(Q(captured_at__lt=captured_at) | Q(captured_at=captured_at, id__lt=pk))
    rows = list(leads[: limit + 1])
    more = len(rows) > limit
    found = {
        "leads": [lead_out(lead, user) for lead in rows[:limit]],
        "next": _cursor(rows[limit - 1]) if more else None,
    }
    return HttpResponse(as_json(found), content_type="application/json")


@api.get(
    "/leads/{number}",
    auth=Bearer("leads:read"),
    response={200: LeadOut, 404: Problem, **PROBLEMS},
    summary="One lead",
    operation_id="get_lead",
    tags=["leads"],
)
def get_lead(request: HttpRequest, number: str) -> HttpResponse:
    user = person_of(request)
    return HttpResponse(as_json(lead_out(queries.get(user, number), user)), content_type="application/json")


def _prepared(data: Any, token: ApiToken, moment: datetime) -> Callable[[], Given]:
    """What is left to do when the item has been read, which keeps nobody waiting for a lock."""
    try:
        facts, marks = facts_of(data, actor=token.user)
    except (Malformed, LeadloopError) as error:
        refused = refusal(error)
        return lambda: refused
    return lambda: _written(facts, marks, token, moment)


def _written(facts: LeadFacts, marks: dict[str, str], token: ApiToken, moment: datetime) -> Given:
    try:
        with transaction.atomic():
            lead = capture(facts=facts, door=Door(token=token, marks=marks), actor=token.user, now=moment)
            return Given(201, as_json(registered_out(lead, token.user)))
    except LeadloopError as error:
        return refusal(error)


def _batch(once: Once, data: dict[str, Any]) -> Given:
    items = data["leads"]
    if not isinstance(items, list) or not items or set(data) != {"leads"}:
        raise Refused(422, "invalid", msg("“leads” must be a list of at least one lead, and stand alone."))
    if len(items) > MOST_ITEMS:
        raise Refused(
            413, "too-large", msg("At most %(most)s leads a request; these are %(count)s.",
                                  most=MOST_ITEMS, count=len(items)),
        )  # fmt: skip
    return answers.batch(once, items, lambda index, item: _item(index, item, once), _sum_up)


def _item(index: int, item: Any, once: Once) -> dict[str, Any]:
    given = _prepared(item, once.token, once.now)()
    body = json.loads(given.body)
    if given.status != 201:
        return {"index": index, "status": given.status, "problem": body}
    return {"index": index, "status": 201, "number": body["number"], "url": body["url"]}


def _sum_up(results: list[dict[str, Any]]) -> Given:
    registered = sum(result["status"] == 201 for result in results)
    found = {"registered": registered, "refused": len(results) - registered, "results": results}
    return Given(207, as_json(found))


def _cursor(lead: Any) -> str:
    return base64.urlsafe_b64encode(f"{lead.captured_at.isoformat()}|{lead.pk}".encode()).decode()


def _position(cursor: str) -> tuple[datetime, int]:
    try:
        moment, _, pk = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        found = datetime.fromisoformat(moment)
        if found.tzinfo is None:
            raise ValueError(cursor)
        return found, int(pk)
    except (ValueError, OverflowError):
        raise Refused(400, "malformed", msg("The cursor is not one of ours.")) from None


@api.exception_handler(Refused)
def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    return problems.response(problems.details(error.status, error.kind, error.detail), error.headers)


@api.exception_handler(LeadloopError)
def _ours(_request: HttpRequest, error: Any) -> HttpResponse:
    return problems.response(problems.details_of(error))


@api.exception_handler(ValidationError)
def _malformed(_request: HttpRequest, error: Any) -> HttpResponse:
    faults = [("/" + "/".join(map(str, one["loc"][1:])), str(one["msg"])) for one in error.errors]
    return problems.response(problems.details(422, "invalid", faults=faults))


@api.exception_handler(AuthenticationError)
def _unauthenticated(_request: HttpRequest, _error: Any) -> HttpResponse:
    refused = nobody()
    return problems.response(problems.details(401, refused.kind, refused.detail), refused.headers)
