"""Need discovery as programs read and write it."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field

from leadloop.api.access import Bearer
from leadloop.api.answers import as_json
from leadloop.api.posting import described, person_of, posted
from leadloop.api.reading import address_of
from leadloop.api.routes import PROBLEMS, api
from leadloop.api.schemas import Problem
from leadloop.discovery import queries
from leadloop.discovery.operations import answer_all
from leadloop.foundation.clock import now
from leadloop.foundation.errors import NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads import queries as leads
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of

_ERRORS = {**PROBLEMS, 404: Problem}
PartName = Literal["s", "p", "i", "n"]


class AnswersIn(Schema):
    """What the customer said, by part. An empty text is no answer; what stands there already is kept once."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[PartName, str] = Field(examples=[{"s": "两条线，两班倒", "p": "每月停机两次"}])


class AnswerOut(Schema):
    part: str
    text: str
    by: str | None
    at: AwareDatetime
    version: int


class DiscoveryOut(Schema):
    """`answers` is empty for readers to whom contacts are masked."""

    lead: str
    url: str
    done: list[str]
    missing: list[str] = Field(description="Of the parts that the process asks for")
    complete: bool
    answers: list[AnswerOut]


@api.get(
    "/leads/{number}/discovery",
    auth=Bearer("leads:read"),
    response={200: DiscoveryOut, **_ERRORS},
    summary="What is known of the need, by the four parts of SPIN",
    operation_id="read_discovery",
    tags=["discovery"],
)
def of_lead(request: HttpRequest, number: str) -> HttpResponse:
    user = person_of(request)
    if not may(user, "leads"):
        raise NotAllowed(msg("Your role does not see leads."))
    found = discovery_out(leads.get(user, number), user)
    return HttpResponse(as_json(found), content_type="application/json")


@api.post(
    "/leads/{number}/discovery",
    auth=Bearer("leads:write"),
    response={201: DiscoveryOut, **_ERRORS},
    openapi_extra=described(AnswersIn),
    summary="Write down what the customer said about the need",
    operation_id="write_discovery",
    tags=["discovery"],
)
def write(request: HttpRequest, number: str) -> HttpResponse:
    def work(sent: AnswersIn, user: User) -> object:
        lead = leads.get(user, number)
        answers = {str(part): text for part, text in sent.answers.items()}
        answer_all(lead=lead, answers=answers, actor=user, now=now())
        return discovery_out(lead, user)

    return posted(request, AnswersIn, work)


def discovery_out(lead: Lead, reader: User) -> dict[str, Any]:
    standing = queries.standing(lead)
    readable = contacts_readable(lead, visibility_of(reader))
    return {
        "lead": lead.number,
        "url": address_of(lead.number),
        "done": list(standing.done),
        "missing": list(standing.missing),
        "complete": standing.complete,
        "answers": [
            {
                "part": one.part,
                "text": one.text,
                "by": one.by.username if one.by else None,
                "at": one.at.isoformat(),
                "version": one.version,
            }
            for one in (queries.answers_of(lead) if readable else ())
        ],
    }
