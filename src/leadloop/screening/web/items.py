"""One lead of the work list: what is wrong with it, and how it is mended on the spot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from leadloop.foundation.messages import Message, msg
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Channel, Lead
from leadloop.leads.permissions import HIDDEN, contacts_readable, may
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.screening.models import Finding, Severity
from leadloop.screening.operations import facts_of
from leadloop.screening.rules import FIELDS, PERSONAL, RULES, suggestion

KINDS: Mapping[int, str] = {Severity.HIGH: "bad", Severity.MEDIUM: "warn", Severity.LOW: ""}
WIDGETS = {"channel": "select", "first_need": "textarea"}
INPUTS = {"phone": "tel", "email": "email"}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding as it is shown."""

    id: int
    severity: str
    kind: str
    """Class of its tag."""
    text: str
    field: str
    label: str
    value: str
    """What stands there now, or what was typed and refused."""
    suggestion: str
    widget: str
    """``input``, ``textarea`` or ``select``."""
    type: str
    error: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    """As text: templates write numbers with separators, and this one is part of an element's name."""
    number: str
    name: str
    owner: str
    channel: str
    captured_at: Any
    seen: str
    """The version of the lead that the page shows: nobody's later change is written over."""
    may_edit: bool
    why_not: str
    may_invalidate: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What somebody typed and may not write: shown again, with the reason."""

    finding_id: int
    value: str
    error: str


def item(user: User, lead: Lead, found: Sequence[Finding], *, refused: Refused | None = None) -> Item:
    edit = may(user, Verb.EDIT, lead)
    facts = facts_of(lead)
    readable = contacts_readable(lead, visibility_of(user))
    lines = tuple(
        _line(one, getattr(facts, one.field, ""), readable or one.field not in PERSONAL, refused)
        for one in found
    )
    return Item(
        id=str(lead.pk),
        number=lead.number,
        name=lead.customer.name or lead.number,
        owner=str(lead.owner) if lead.owner else _("pool"),
        channel=lead.channel.name if lead.channel else "",
        captured_at=lead.captured_at,
        seen=lead.changed_at.isoformat(),
        may_edit=bool(edit) and readable,
        why_not=_words(edit.reason) if edit.reason else "",
        may_invalidate=bool(may(user, Verb.INVALIDATE, lead)),
        lines=lines,
    )


def offered_channels() -> tuple[Choice, ...]:
    return tuple(Choice(str(pk), name) for pk, name in Channel.objects.offered().values_list("pk", "name"))


def _line(finding: Finding, value: str, readable: bool, refused: Refused | None) -> Line:
    rule = RULES[finding.rule]
    typed = refused if refused is not None and refused.finding_id == finding.pk else None
    shown = value if readable else HIDDEN
    return Line(
        id=finding.pk,
        severity=str(Severity(finding.severity).label),
        kind=KINDS[finding.severity],
        text=_words(msg(rule.text.text, value=shown, field=FIELDS[finding.field])),
        field=finding.field,
        label=_words(FIELDS[finding.field]),
        value=typed.value if typed else (value if readable else ""),
        suggestion=suggestion(finding.field, value) if readable else "",
        widget=WIDGETS.get(finding.field, "input"),
        type=INPUTS.get(finding.field, "text"),
        error=typed.error if typed else "",
        accepted=finding.accepted_at is not None,
    )


def _words(message: Message) -> str:
    return message.render(_)
