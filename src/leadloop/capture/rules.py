"""What a public form may ask for, and what of a submission is right. Touches no table."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.text import email_key, fold, phone_key

MARKS: Mapping[str, int] = MappingProxyType(
    {
        "utm_source": 200,
        "utm_medium": 200,
        "utm_campaign": 200,
        "utm_term": 200,
        "utm_content": 200,
        "page": 1000,
        "referrer": 1000,
    }
)
"""What is kept of the way by which a visitor came, and its longest."""

TRAP = "website"
"""A field that people do not see. What fills it in is a program."""

MOST_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """A field that a form may have."""

    label: Message
    most: int
    type: str = "text"


FIELDS: Mapping[str, Kind] = MappingProxyType(
    {
        "contact": Kind(msg("Your name"), 120),
        "phone": Kind(msg("Phone"), 40, "tel"),
        "email": Kind(msg("E-mail"), 254, "email"),
        "customer": Kind(msg("Company"), 200),
        "title": Kind(msg("Position"), 120),
        "industry": Kind(msg("Industry"), 120),
        "size": Kind(msg("Company size"), 120),
        "region": Kind(msg("Region"), 120),
        "first_need": Kind(msg("What can we do for you?"), 4000, "textarea"),
    }
)
USUAL = ("contact", "phone", "customer", "first_need")


def check_fields(fields: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The fields of a form, cleaned: known, once each, and somebody can be reached."""
    found: dict[str, dict[str, Any]] = {}
    for field in fields:
        name = str(field.get("name", ""))
        if name in FIELDS and name not in found:
            label = " ".join(str(field.get("label") or "").split())[:80]
            found[name] = {"name": name, "label": label, "required": bool(field.get("required"))}
    if not {"phone", "email"} & found.keys():
        raise DataError(msg("Ask for a phone or an e-mail; without one nobody can answer."), field="fields")
    if not {"contact", "customer"} & found.keys():
        raise DataError(msg("Ask for a name or a company."), field="fields")
    return list(found.values())


_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]")


def origin_of(text: str) -> str:
    """``https://host[:port]`` of an address that somebody typed; what has no such form is refused."""
    text = text.strip()
    parts = urlsplit(text if "://" in text else f"https://{text}")
    try:
        port = parts.port
    except ValueError:
        port = -1
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(host) or port == -1:
        raise DataError(
            msg("“%(text)s” is not a website; write https://www.example.com", text=text), field="origins"
        )
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def cleaned(fields: Iterable[Mapping[str, Any]], sent: Mapping[str, Any]) -> dict[str, str]:
    """The values of the form's fields, as text. What the form does not ask for is not kept."""
    values = {}
    for field in fields:
        value = sent.get(field["name"])
        text = "" if value is None or isinstance(value, dict | list | bool) else str(value)
        values[field["name"]] = text.replace("\0", "").strip()
    return values


def faults(fields: Iterable[Mapping[str, Any]], values: Mapping[str, str]) -> dict[str, Message]:
    """What is wrong with each field."""
    found: dict[str, Message] = {}
    for field in fields:
        name = field["name"]
        if fault := _fault(name, values[name], required=field["required"]):
            found[name] = fault
    reachable = [values.get(name) for name in ("phone", "email")]
    if not found and not any(reachable):
        first = next(name for name in ("phone", "email") if name in values)
        found[first] = msg("Leave a phone or an e-mail, so that we can answer.")
    named = [values.get(name) for name in ("contact", "customer")]
    if not found and not any(named):
        first = next(name for name in ("contact", "customer") if name in values)
        found[first] = msg("Leave a name.")
    return found


def _fault(name: str, text: str, *, required: bool) -> Message | None:
    if not text:
        return msg("This is needed.") if required else None
    if kind := privacy.forbidden(text):
        return privacy.refusal(kind, name)
    if len(text) > FIELDS[name].most:
        return msg(
            "At most %(most)s characters; these are %(count)s.", most=FIELDS[name].most, count=len(text)
        )
    if name == "email" and not email_key(text):
        return msg("This is not an e-mail address.")
    if name == "phone" and not phone_key(text):
        return msg("This is not a phone number.")
    return None


def marks_of(sent: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, most in MARKS.items():
        value = sent.get(name)
        if isinstance(value, str) and value.strip() and not privacy.forbidden(value):
            found[name] = value.replace("\0", "").strip()[:most]
    return found


def fingerprint(form: int, values: Mapping[str, str]) -> str:
    """The same for the same words in any width and case."""
    plain = json.dumps([form, sorted((name, fold(text)) for name, text in values.items() if text)])
    return hashlib.sha256(plain.encode()).hexdigest()
