"""Next actions for programs."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from leadloop.actions import operations
from leadloop.actions import queries as actions
from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned
from leadloop.actions.operations.planning import zone_of
from leadloop.api.access import Bearer
from leadloop.api.answers import as_json
from leadloop.api.posting import described, person_of, posted
from leadloop.api.reading import address_of
from leadloop.api.routes import PROBLEMS, api
from leadloop.api.schemas import Problem
from leadloop.foundation.clock import now
from leadloop.foundation.errors import DataError, NotAllowed
from leadloop.foundation.messages import msg
from leadloop.leads import queries as leads
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of

MOST = 500
_ERRORS = {**PROBLEMS, 404: Problem}
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class ActionIn(Schema):
    """What is to be done: on a day (`due_on`), or at a time (`due_at`)."""

    model_config = ConfigDict(extra="forbid")

    title: Line = Field("", description="The kind's name is shown when left out", examples=["确认预算"])
    kind: Literal["call", "visit", "wechat", "email", "meeting", "demo", "send", "other"] = "call"
    due_at: AwareDatetime | None = Field(None, description="With an offset")
    due_on: date | None = Field(None, description="A day in the owner's zone")
    priority: Literal["high", "normal", "low"] = "normal"
    repeat: Literal["", "daily", "weekly", "monthly"] = ""
    every: int = Field(1, ge=1, le=99)
    until: date | None = None


class MoveIn(Schema):
    """To another moment; a reason is needed where it is put off to a later day."""

    model_config = ConfigDict(extra="forbid")

    due_at: AwareDatetime | None = None
    due_on: date | None = None
    reason: Line = Field("", examples=["customer"])


class NothingIn(Schema):
    model_config = ConfigDict(extra="forbid")


class ActionOut(Schema):
    id: int
    lead: str
    url: str
    title: str
    kind: str
    priority: str
    owner: str
    due_at: datetime = Field(description="Of a whole day its last second")
    due_on: date
    has_time: bool
    repeat: str
    every: int
    until: date | None
    moves: int
    state: Literal["open", "done", "dropped"]
    done_at: datetime | None
    dropped_at: datetime | None


class ActionsOut(Schema):
    actions: list[ActionOut]


@api.get(
    "/actions",
    auth=Bearer("leads:read"),
    response={200: ActionsOut, **_ERRORS},
    summary="The open actions of the token's person, the next first, at most 500",
    operation_id="list_own_actions",
    tags=["next actions"],
)
def own(request: HttpRequest) -> HttpResponse:
    user = person_of(request)
    return _list(list(actions.open_of(user)[:MOST]), user)


@api.get(
    "/leads/{number}/actions",
    auth=Bearer("leads:read"),
    response={200: ActionsOut, **_ERRORS},
    summary="What is and was planned for a lead, the newest first, at most 500",
    operation_id="list_actions_of_lead",
    tags=["next actions"],
)
def of_lead(request: HttpRequest, number: str) -> HttpResponse:
    user = person_of(request)
    if not may(user, "leads"):
        raise NotAllowed(msg("Your role does not see leads."))
    lead = leads.get(user, number)
    rows = list(actions.of_lead(lead).order_by("-created_at", "-id")[:MOST])
    for row in rows:
        row.lead = lead
    return _list(rows, user)


@api.post(
    "/leads/{number}/actions",
    auth=Bearer("follow-ups:write"),
    response={201: ActionOut, **_ERRORS},
    openapi_extra=described(ActionIn),
    summary="Plan the next action of a lead",
    operation_id="plan_action",
    tags=["next actions"],
)
def plan(request: HttpRequest, number: str) -> HttpResponse:
    def work(sent: ActionIn, user: User) -> object:
        lead = leads.get(user, number)
        at = moment_of(sent, lead.owner or user)
        facts = Planned(
            due_at=at,
            has_time=sent.due_at is not None,
            **sent.model_dump(exclude={"due_at", "due_on"}),
        )
        return action_out(operations.plan(lead=lead, facts=facts, actor=user, now=now()), user)

    return posted(request, ActionIn, work)


@api.post(
    "/actions/{number}/done",
    auth=Bearer("follow-ups:write"),
    response={200: ActionOut, **_ERRORS},
    openapi_extra=described(NothingIn),
    summary="Mark an action done; of a repeating one the next is planned",
    operation_id="do_action",
    tags=["next actions"],
)
def done(request: HttpRequest, number: int) -> HttpResponse:
    def work(sent: NothingIn, user: User) -> object:
        action = actions.get(user, number)
        operations.do(action=action, actor=user, now=now())
        return action_out(action, user)

    return posted(request, NothingIn, work, status=200)


@api.post(
    "/actions/{number}/postpone",
    auth=Bearer("follow-ups:write"),
    response={200: ActionOut, **_ERRORS},
    openapi_extra=described(MoveIn),
    summary="Move an action to another moment",
    operation_id="postpone_action",
    tags=["next actions"],
)
def postpone(request: HttpRequest, number: int) -> HttpResponse:
    def work(sent: MoveIn, user: User) -> object:
        action = actions.get(user, number)
        operations.postpone(
            action=action,
            to=moment_of(sent, action.owner),
            has_time=sent.due_at is not None,
            reason=sent.reason,
            actor=user,
            now=now(),
        )
        return action_out(action, user)

    return posted(request, MoveIn, work, status=200)


def moment_of(sent: ActionIn | MoveIn, owner: User) -> datetime:
    if (sent.due_at is None) == (sent.due_on is None):
        raise DataError(msg("Say either due_at or due_on."), field="due_at")
    if sent.due_at is not None:
        return sent.due_at
    assert sent.due_on is not None
    return datetime.combine(sent.due_on, time(12), zone_of(owner))


def _list(rows: list[NextAction], user: User) -> HttpResponse:
    found = {"actions": [action_out(row, user) for row in rows]}
    return HttpResponse(as_json(found), content_type="application/json")


def action_out(action: NextAction, viewer: User) -> dict[str, Any]:
    lead = action.lead
    return {
        "id": action.pk,
        "lead": lead.number,
        "url": address_of(lead.number),
        "title": action.title if _readable(lead, action, viewer) else "",
        "kind": action.kind,
        "priority": action.priority,
        "owner": action.owner.username,
        "due_at": action.due_at.isoformat(),
        "due_on": action.due_on.isoformat(),
        "has_time": action.has_time,
        "repeat": action.repeat,
        "every": action.every,
        "until": action.until and action.until.isoformat(),
        "moves": action.moves,
        "state": "open" if action.is_open else "done" if action.done_at else "dropped",
        "done_at": action.done_at and action.done_at.isoformat(),
        "dropped_at": action.dropped_at and action.dropped_at.isoformat(),
    }


def _readable(lead: Lead, action: NextAction, viewer: User) -> bool:
    """Free words are shown like the contact; one's own anyway."""
    return action.owner_id == viewer.pk or contacts_readable(lead, visibility_of(viewer))
