"""What a program sent, made into facts; and a lead as a program gets it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pydantic
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, RawPostDataException
from django.utils.translation import gettext

from leadloop.api.problems import Refused
from leadloop.api.schemas import LeadIn
from leadloop.capture.rules import MARKS
from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import Channel, Lead
from leadloop.leads.operations import LeadFacts
from leadloop.leads.permissions import can_see, contact_of
from leadloop.people.models import User
from leadloop.people.permissions import may, visibility_of
from leadloop.people.queries import assignable

MOST_BODY = 4 * 1024 * 1024
MOST_ITEMS = 1000

_FAULTS: Mapping[str, Message] = {
    "missing": msg("This is needed."),
    "extra_forbidden": msg("There is no such field."),
    "string_type": msg("This must be text."),
    "list_type": msg("This must be a list."),
    "dict_type": msg("This must be an object."),
    "model_type": msg("This must be an object."),
    "model_attributes_type": msg("This must be an object."),
    "bool_type": msg("This must be true or false."),
    "bool_parsing": msg("This must be true or false."),
    "literal_error": msg("This must be one of the values of the documentation."),
    "timezone_aware": msg("Write the time with its offset, such as 2026-06-15T10:00:00+08:00."),
    "datetime_parsing": msg("Write the time as 2026-06-15T10:00:00+08:00."),
    "datetime_from_date_parsing": msg("Write the time as 2026-06-15T10:00:00+08:00."),
    "datetime_type": msg("Write the time as 2026-06-15T10:00:00+08:00."),
    "decimal_parsing": msg("Write the amount in digits, such as 180000."),
    "decimal_type": msg("Write the amount in digits, such as 180000."),
}


class Malformed(Exception):
    """One item whose form is wrong; ``faults``: (JSON pointer, words)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(str(faults))
        self.faults = faults


def body_of(request: HttpRequest) -> tuple[bytes, Any]:
    """The body and what it says as JSON. Its size is looked at before it is read."""
    kind = request.content_type
    if kind != "application/json":
        raise Refused(415, "media-type", msg("Send application/json, not “%(kind)s”.", kind=kind or "-"))
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BODY:
        raise too_large()
    try:
        raw = request.body
    except (RequestDataTooBig, RawPostDataException):
        raise too_large() from None
    try:
        return raw, json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "malformed", msg("This is not JSON: %(why)s", why=str(error)[:200])) from error


def too_large() -> Refused:
    return Refused(413, "too-large", msg("At most %(most)s MB a request.", most=MOST_BODY // 1024**2))


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def facts_of(data: Any, *, actor: User) -> tuple[LeadFacts, dict[str, str]]:
    """The facts of one lead and the marks of where it came from."""
    try:
        sent = LeadIn.model_validate(data)
    except pydantic.ValidationError as error:
        raise Malformed([fault_of(one) for one in error.errors()]) from error
    values = sent.model_dump()
    check_signs(values)
    marks = {name: values.pop(name) for name in MARKS}
    privacy.check_texts(marks)
    values["channel"] = _channel(values["channel"])
    values["owner"] = _owner(values["owner"], actor)
    values["tags"] = tuple(values["tags"])
    return LeadFacts(**values), marks


def check_signs(values: Mapping[str, Any]) -> None:
    """Signs that JSON can write and no database can keep: NUL, and halves of a pair."""
    for name, value in values.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and ("\0" in text or not _encodable(text)):
                raise Malformed([(f"/{name}", gettext("This contains a character that no text may have."))])


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def fault_of(error: Any) -> tuple[str, str]:
    place = "".join(f"/{part}" for part in error["loc"])
    known = _FAULTS.get(error["type"])
    # The framework's own words may repeat what was sent.
    words = known.render(gettext) if known else privacy.masked(str(error["msg"]))
    return place, words


def _channel(name: str) -> Channel | None:
    if not name:
        return None
    found = Channel.objects.filter(name__iexact=name).first()
    if found is None:
        privacy.check_texts({"channel": name})
        raise DataError(msg("There is no channel “%(name)s”.", name=name[:100]), field="channel")
    return found


def _owner(name: str, actor: User) -> User | None:
    if not name:
        return None
    if not may(actor, "assign"):
        raise DataError(msg("The person of this token does not assign leads."), field="owner")
    found = assignable(actor).filter(username=name).first()
    if found is None:
        privacy.check_texts({"owner": name})
        raise DataError(msg("There is nobody “%(name)s” to give leads to.", name=name[:100]), field="owner")
    return found


def lead_out(lead: Lead, viewer: User) -> dict[str, Any]:
    """All that the viewer may see, as plain values."""
    seen = contact_of(lead, visibility_of(viewer))
    return {
        "number": lead.number,
        "url": address_of(lead.number),
        "customer": lead.customer.name,
        "contact": {
            "name": seen.name,
            "title": seen.title,
            "phone": seen.phone,
            "email": seen.email,
            "masked": seen.masked,
        },
        "channel": None if lead.channel is None else lead.channel.name,
        "source_detail": lead.source_detail,
        "campaign": lead.campaign,
        "industry": lead.industry,
        "size": lead.size,
        "region": lead.region,
        # What a person wrote may name people: shown like the contact.
        "first_need": "" if seen.masked else lead.first_need,
        "grade": lead.grade,
        "stage": lead.stage.key,
        "state": str(lead.state),
        "owner": None if lead.owner is None else lead.owner.username,
        "expected_amount": None if lead.expected_amount is None else str(lead.expected_amount),
        "currency": lead.currency,
        "captured_at": lead.captured_at.isoformat(),
        "registered_at": lead.registered_at.isoformat(),
        "changed_at": lead.changed_at.isoformat(),
    }


def registered_out(lead: Lead, viewer: User) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": lead.number,
        "url": address_of(lead.number),
        # The customer found by credit code, name, phone or e-mail; else it was made just now.
        "known_customer": lead.customer.created_at < lead.registered_at,
        "lead": lead_out(lead, viewer) if can_see(lead, visibility_of(viewer)) else None,
    }
    return found


def address_of(number: str) -> str:
    from urllib.parse import quote

    return f"/api/v1/leads/{quote(number, safe='')}"
