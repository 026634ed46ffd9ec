"""A lead with where it came from and what was agreed to, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from leadloop.capture.models import Consent, ConsentText, Origin, PublicForm
from leadloop.capture.rules import MARKS
from leadloop.leads.models import Lead
from leadloop.leads.operations import LeadFacts
from leadloop.leads.operations.register import register_within
from leadloop.people.models import ApiToken, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the door knows beside the facts. ``marks``: utm_*, page and referrer."""

    form: PublicForm | None = None
    token: ApiToken | None = None
    marks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    consent: ConsentText | None = None
    consent_at: datetime | None = None


@transaction.atomic(savepoint=False)
def capture(*, facts: LeadFacts, door: Door, actor: User | None, now: datetime) -> Lead:
    """Register the lead by the same rules as every page, and keep where it came from.

    Without a savepoint of its own: whoever catches an error inside a larger transaction sets one.
    """
    lead = register_within(facts=facts, actor=actor, now=now)
    marks = {name: door.marks.get(name, "")[:most] for name, most in MARKS.items()}
    if door.form is not None or any(marks.values()):
        Origin.objects.create(lead=lead, form=door.form, token=door.token, **marks)
    if door.consent is not None:
        Consent.objects.create(lead=lead, text=door.consent, given_at=door.consent_at or now)
    return lead
