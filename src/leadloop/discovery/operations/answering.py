"""Write down what the customer said, part by part; nothing that was said before is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F

from leadloop.analysis.tables import Kind
from leadloop.discovery.models import Answer, AnswerVersion
from leadloop.discovery.operations.standing import settle
from leadloop.discovery.queries.policies import policy_of
from leadloop.discovery.rules import check_part, check_text
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.permissions import require
from leadloop.people.models import User
from leadloop.playbook.models import ScriptVersion

FIELD = "discovery"
"""Name of the fact in journal rows; what was said stays outside."""


@transaction.atomic
def answer(
    *,
    lead: Lead,
    part: str,
    text: str,
    actor: User | None,
    now: datetime,
    prompt: ScriptVersion | None = None,
    follow_up: int | None = None,
) -> Answer:
    """One more answer of a part. What stands there word for word is not written twice."""
    require(actor, Verb.EDIT, lead)
    made = _made(lead, part, text, actor, now, prompt=prompt, follow_up=follow_up, field="text")
    if (known := _said_already(made)) is not None:
        return known
    made.save()
    _written(lead, actor, now)
    return made


@transaction.atomic
def answer_all(
    *,
    lead: Lead,
    answers: Mapping[str, str],
    actor: User | None,
    now: datetime,
    follow_up: int | None = None,
) -> tuple[Answer, ...]:
    """What one talk brought, by part; an empty text is no answer. An error names the part as its field."""
    require(actor, Verb.EDIT, lead)
    said = {part: text for part, text in answers.items() if text.strip()}
    made = [
        _made(lead, part, text, actor, now, follow_up=follow_up, field=part) for part, text in said.items()
    ]
    fresh = tuple(one for one in made if _said_already(one) is None)
    for one in fresh:
        one.save()
    if fresh:
        _written(lead, actor, now)
    return fresh


@transaction.atomic
def revise(
    *, answer: Answer, text: str, actor: User | None, now: datetime, seen: int | None = None
) -> Answer:
    """Correct an answer; what it said is kept. ``seen``: the version that the form was filled from."""
    lead = answer.lead
    require(actor, Verb.EDIT, lead)
    text = check_text(text, policy_of(lead.process_id))
    was = Answer.objects.get(pk=answer.pk)
    if was.text == text and was.removed_at is None:
        return was
    changed = Answer.objects.filter(
        pk=was.pk, version=was.version if seen is None else seen, removed_at=None
    ).update(text=text, version=F("version") + 1, changed_by=actor, changed_at=now)
    if changed != 1:
        raise Conflict(msg("Somebody else has changed this answer meanwhile. Look at it again."))
    AnswerVersion.objects.create(
        answer=was,
        number=was.version,
        text=was.text,
        by=was.changed_by if was.changed_at else was.by,
        at=was.changed_at or was.at,
    )
    _written(lead, actor, now)
    was.refresh_from_db()
    return was


@transaction.atomic
def remove(*, answer: Answer, actor: User | None, now: datetime) -> None:
    """It no longer counts; it is kept and can be taken back."""
    _set_removed(answer, actor, now, removed=True)


@transaction.atomic
def restore(*, answer: Answer, actor: User | None, now: datetime) -> None:
    _set_removed(answer, actor, now, removed=False)


def _set_removed(answer: Answer, actor: User | None, now: datetime, *, removed: bool) -> None:
    require(actor, Verb.EDIT, answer.lead)
    rows = Answer.objects.filter(pk=answer.pk, removed_at__isnull=removed)
    if rows.update(removed_at=now if removed else None, removed_by=actor if removed else None):
        _written(answer.lead, actor, now)


def _made(
    lead: Lead,
    part: str,
    text: str,
    actor: User | None,
    now: datetime,
    *,
    prompt: ScriptVersion | None = None,
    follow_up: int | None = None,
    field: str,
) -> Answer:
    return Answer(
        lead=lead,
        part=check_part(part),
        prompt=prompt,
        text=check_text(text, policy_of(lead.process_id), field=field),
        by=actor,
        at=now,
        follow_up=follow_up,
    )


def _said_already(made: Answer) -> Answer | None:
    same = Answer.objects.filter(lead=made.lead, part=made.part, text=made.text, removed_at=None)
    return same.first()


def _written(lead: Lead, actor: User | None, now: datetime) -> None:
    settle(lead)
    write(lead, [event(lead, Kind.EDITED, actor=actor, now=now, data={"fields": [FIELD]})])
