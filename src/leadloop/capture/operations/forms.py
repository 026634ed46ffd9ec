"""Make and change public forms."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from leadloop.capture import rules
from leadloop.capture.models import ConsentText, PublicForm
from leadloop.capture.permissions import require_builder
from leadloop.foundation import privacy
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.leads.models import Channel
from leadloop.people.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFacts:
    """A form as its builder wants it."""

    name: str
    fields: Sequence[dict[str, Any]]
    title: str = ""
    intro: str = ""
    button: str = ""
    thanks: str = ""
    redirect: str = ""
    origins: Sequence[str] = ()
    consent: str = ""
    channel: Channel | None = None
    source_detail: str = ""
    campaign: str = ""
    hourly: int = 20
    active: bool = True


@transaction.atomic
def create_form(*, facts: FormFacts, actor: User, now: datetime) -> PublicForm:
    require_builder(actor)
    form = PublicForm.objects.create(
        key=secrets.token_urlsafe(12),
        created_at=now,
        created_by=actor,
        changed_at=now,
        **_columns(facts),
    )
    _set_consent(form, facts.consent, now)
    return form


@transaction.atomic
def change_form(*, form: PublicForm, facts: FormFacts, actor: User, now: datetime) -> PublicForm:
    """As the builder wants it from now on. Another consent text becomes a new version."""
    require_builder(actor)
    for name, value in _columns(facts).items():
        setattr(form, name, value)
    form.changed_at = now
    form.save()
    _set_consent(form, facts.consent, now)
    return form


def _columns(facts: FormFacts) -> dict[str, Any]:
    texts = ("name", "title", "intro", "button", "thanks", "redirect", "source_detail", "campaign")
    values: dict[str, Any] = {name: getattr(facts, name).strip() for name in texts}
    privacy.check_texts(values)
    if not values["name"]:
        raise DataError(msg("A form needs a name."), field="name")
    if values["redirect"] and urlsplit(values["redirect"]).scheme not in {"http", "https"}:
        raise DataError(msg("Write the whole address: https://www.example.com/thanks"), field="redirect")
    origins = list(dict.fromkeys(rules.origin_of(text) for text in facts.origins if text.strip()))
    return values | {
        "fields": rules.check_fields(facts.fields),
        "origins": origins,
        "channel": facts.channel,
        "hourly": max(0, facts.hourly),
        "active": facts.active,
    }


def _set_consent(form: PublicForm, text: str, now: datetime) -> None:
    text = text.strip()
    newest = form.consents.first()
    if (newest.text if newest else "") == text:
        return
    version = newest.version + 1 if newest else 1
    ConsentText.objects.create(form=form, version=version, text=text, created_at=now)
