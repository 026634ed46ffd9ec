"""Follow-ups as programs log and read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from leadloop.actions import queries as actions
from leadloop.actions.operations import Planned
from leadloop.api.access import Bearer
from leadloop.api.answers import as_json
from leadloop.api.next_actions import ActionIn, moment_of
from leadloop.api.posting import described, person_of, posted
from leadloop.api.reading import address_of
from leadloop.api.routes import PROBLEMS, api
from leadloop.api.schemas import Problem
from leadloop.followup import queries
from leadloop.followup.models import FollowUp
from leadloop.followup.operations import FollowUpFacts, log
from leadloop.followup.permissions import may_read
from leadloop.followup.rules import LONGEST
from leadloop.foundation.clock import now
from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads import queries as leads
from leadloop.leads.models import Lead
from leadloop.leads.permissions import readable_contacts
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.playbook.queries import by_key

MOST = 500
_ERRORS = {**PROBLEMS, 404: Problem}
Words = Annotated[str, StringConstraints(max_length=LONGEST)]


class FollowUpIn(Schema):
    """One contact with the customer. What comes next is planned with it; if that fails, nothing is kept."""

    model_config = ConfigDict(extra="forbid")

    way: Literal["phone", "visit", "wechat", "email", "meeting", "demo"]
    mood: Literal["positive", "hesitant", "negative", "silent"]
    at: AwareDatetime | None = Field(None, description="With an offset; now when left out")
    feedback: Words = Field("", examples=["预算 20 万，下月定"])
    pains: Words = ""
    need: bool = Field(False, description="What was talked about")
    solution: bool = False
    objection: bool = False
    contacts: list[str] = Field([], max_length=20, description="Names of people of the lead's customer")
    script: str = Field("", max_length=80, description="Key of a script of the playbook")
    completes: int | None = Field(None, description="The planned action that this was")
    answers: dict[Literal["s", "p", "i", "n"], str] = Field({}, description="Need discovery, by part")
    next: ActionIn | None = Field(None, description="What is planned next")


class FollowUpOut(Schema):
    """Words, `contacts` and `files` are empty for readers to whom contacts are masked."""

    id: int
    lead: str
    url: str
    at: AwareDatetime
    logged_at: AwareDatetime
    late: bool
    by: str | None
    way: str
    mood: str
    feedback: str
    pains: str
    need: bool
    solution: bool
    objection: bool
    contacts: list[str]
    script: str | None
    completes: int | None
    version: int
    files: list[str]


class FollowUpsOut(Schema):
    follow_ups: list[FollowUpOut]


@api.get(
    "/leads/{number}/follow-ups",
    auth=Bearer("leads:read"),
    response={200: FollowUpsOut, **_ERRORS},
    summary="Follow-up records of a lead, the newest first, at most 500",
    operation_id="list_follow_ups",
    tags=["follow-ups"],
)
def of_lead(request: HttpRequest, number: str) -> HttpResponse:
    user = person_of(request)
    if not may(user, "leads"):
        raise NotAllowed(msg("Your role does not see leads."))
    lead = leads.get(user, number)
    readable = may_read(user, lead)
    rows = [record_out(one, lead, readable=readable) for one in queries.of_lead(lead)[:MOST]]
    return HttpResponse(as_json({"follow_ups": rows}), content_type="application/json")


@api.post(
    "/leads/{number}/follow-ups",
    auth=Bearer("follow-ups:write"),
    response={201: FollowUpOut, **_ERRORS},
    openapi_extra=described(FollowUpIn),
    summary="Log a follow-up",
    operation_id="log_follow_up",
    tags=["follow-ups"],
)
def register(request: HttpRequest, number: str) -> HttpResponse:
    def work(sent: FollowUpIn, user: User) -> object:
        lead = leads.get(user, number)
        made = log(
            lead=lead,
            facts=_facts(sent, lead, user),
            actor=user,
            now=now(),
            plan=_planned(sent.next, lead, user),
            completes=None if sent.completes is None else actions.get(user, sent.completes),
            answers={str(part): text for part, text in sent.answers.items()},
        )
        return record_out(made, lead, readable=may_read(user, lead))

    return posted(request, FollowUpIn, work)


def _facts(sent: FollowUpIn, lead: Lead, user: User) -> FollowUpFacts:
    return FollowUpFacts(
        way=sent.way,
        mood=sent.mood,
        feedback=sent.feedback,
        pains=sent.pains,
        need=sent.need,
        solution=sent.solution,
        objection=sent.objection,
        at=sent.at,
        contacts=_people(sent.contacts, lead, user),
        script_version=_script(sent.script, user),
    )


def _people(names: Sequence[str], lead: Lead, user: User) -> tuple[int, ...]:
    """By name, as the API shows them; one of several of the same name is nobody."""
    known: dict[str, list[int]] = {}
    if names:
        for pk, name in readable_contacts(lead.customer_id, visibility_of(user)).values_list("pk", "name"):
            known.setdefault(name, []).append(pk)
    found = [known.get(name, []) for name in dict.fromkeys(names)]
    if any(len(one) != 1 for one in found):
        raise DataError(msg("This is no contact of the customer."), field="contacts")
    return tuple(one[0] for one in found)


def _script(key: str, user: User) -> int | None:
    return by_key(key, user).live_id if key else None


def _planned(sent: ActionIn | None, lead: Lead, user: User) -> Planned | None:
    if sent is None:
        return None
    return Planned(
        due_at=moment_of(sent, lead.owner or user),
        has_time=sent.due_at is not None,
        **sent.model_dump(exclude={"due_at", "due_on"}),
    )


def record_out(record: FollowUp, lead: Lead, *, readable: bool) -> dict[str, Any]:
    script = record.script_version
    return {
        "id": record.pk,
        "lead": lead.number,
        "url": address_of(lead.number),
        "at": record.at.isoformat(),
        "logged_at": record.logged_at.isoformat(),
        "late": record.late,
        "by": record.by.username if record.by else None,
        "way": record.way,
        "mood": record.mood,
        "feedback": record.feedback if readable else "",
        "pains": record.pains if readable else "",
        "need": record.touched_need,
        "solution": record.touched_solution,
        "objection": record.touched_objection,
        "contacts": [one.name for one in record.with_contacts.all()] if readable else [],
        "script": script.script.key if script else None,
        "completes": record.completes_id,
        "version": record.version,
        "files": [one.name for one in record.attachments.all()] if readable else [],
    }
