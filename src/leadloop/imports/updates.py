"""Bring one lead that is already here up to what a row of the file says, through the operations on leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from leadloop.analysis.tables import Kind
from leadloop.grading.operations import Answers, answers_about, qualify
from leadloop.imports.answers import answers_in, with_news
from leadloop.imports.models import Change
from leadloop.leads.models import Channel, Lead, State
from leadloop.leads.operations import edit_lead, lose_lead, move_stage, win_lead
from leadloop.people.models import User
from leadloop.process.models import LossReason, Stage

if TYPE_CHECKING:
    from leadloop.leads.operations.settling import StageColumns

TEXTS = ("source_detail", "campaign", "industry", "size", "region", "first_need", "grade")
PERSON = ("contact", "title", "phone", "email")


@transaction.atomic
def update_lead(
    *,
    lead_id: int,
    facts: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    stages: StageColumns,
    import_id: int,
    actor: User | None,
    now: datetime,
) -> bool:
    """Whether anything changed. Cells that are empty in the file change nothing; history only goes on."""
    lead = Lead.objects.select_related("customer", "contact", "channel", "stage", "version").get(pk=lead_id)
    known = answers_about(lead)
    before = {"facts": _facts_of(lead), "moved": False, "answers": _plain(known)}
    seen = lead.changed_at
    edit_lead(lead=lead, changes=_changes(facts), actor=actor, now=now)
    if (told := with_news(known, answers_in(facts))) != known:
        qualify(lead=lead, answers=_not_past(told, known, now), actor=actor, now=now)
    for event in history:
        before["moved"] = _follow(lead, event, facts, stages, actor, now) or before["moved"]
    if lead.changed_at == seen:
        return False
    _remember(import_id, lead, before, seen)
    return True


def _remember(import_id: int, lead: Lead, before: dict[str, Any], seen: datetime) -> None:
    """What an undo puts back: the state before the first row of this import about the lead."""
    earlier = Change.objects.filter(of=import_id, lead_id=lead.pk, changed_at=seen).first()
    change = earlier or Change(of_id=import_id, lead_id=lead.pk, before=before)
    change.before["moved"] = change.before["moved"] or before["moved"]
    change.changed_at = lead.changed_at
    change.save()


def restore(*, change: Change, actor: User | None, now: datetime) -> bool:
    """Put the facts back; False when the lead has been worked on since or its history has gone on."""
    lead = Lead.objects.filter(pk=change.lead_id, changed_at=change.changed_at).first()
    if lead is None or change.before["moved"]:
        return False
    facts = dict(change.before["facts"])
    channel = facts.pop("channel")
    facts["channel"] = None if channel is None else Channel.objects.get(pk=channel)
    amount = facts.pop("expected_amount")
    facts["expected_amount"] = None if amount is None else Decimal(amount)
    edit_lead(lead=lead, changes=facts, actor=actor, now=now)
    answers, known = _answers(change.before.get("answers")), answers_about(lead)
    if answers is not None and answers != known:
        qualify(lead=lead, answers=_not_past(answers, known, now), actor=actor, now=now)
    return True


def _plain(answers: Answers) -> dict[str, Any]:
    """As JSON keeps it."""
    return {
        name: value if value is None or isinstance(value, str | int | bool) else str(value)
        for name, value in asdict(answers).items()
    }


def _answers(data: Mapping[str, Any] | None) -> Answers | None:
    """None: the change is of a time when files brought no answers."""
    if data is None:
        return None
    day, amounts = data["purchase_by"], (data["budget_low"], data["budget_high"])
    low, high = (None if amount is None else Decimal(amount) for amount in amounts)
    purchase_by = None if day is None else date.fromisoformat(day)
    return Answers(**{**data, "purchase_by": purchase_by, "budget_low": low, "budget_high": high})


def _not_past(answers: Answers, known: Answers, now: datetime) -> Answers:
    """A day that has passed is no answer any more, unless it stood there before."""
    day = answers.purchase_by
    if day is None or day == known.purchase_by or day >= timezone.localdate(now):
        return answers
    return replace(answers, purchase_by=known.purchase_by)


def _facts_of(lead: Lead) -> dict[str, Any]:
    amount = lead.expected_amount
    person = lead.contact
    return {
        **{name: getattr(lead, name) for name in TEXTS},
        "channel": lead.channel_id,
        "expected_amount": None if amount is None else str(amount),
        "contact": person.name if person else "",
        "title": person.title if person else "",
        "phone": person.phone if person else "",
        "email": person.email if person else "",
    }


def _changes(facts: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: facts.get(name) for name in (*TEXTS, *PERSON)}
    changes: dict[str, Any] = {name: text for name, text in given.items() if text}
    if facts.get("channel_id") is not None:
        changes["channel"] = Channel.objects.get(pk=facts["channel_id"])
    if facts.get("expected_amount") is not None:
        changes["expected_amount"] = round(Decimal(str(facts["expected_amount"])), 2)
    return changes


def _follow(
    lead: Lead,
    event: Mapping[str, Any],
    facts: Mapping[str, Any],
    stages: StageColumns,
    actor: User | None,
    now: datetime,
) -> bool:
    """Do what the file says happened after what we know; True when the lead moved."""
    if lead.state != State.OPEN or event["occurred_at"] < lead.stage_since:
        return False
    at = event["occurred_at"]
    if event["kind"] == Kind.LOST:
        reason = LossReason.objects.get(pk=event["reason_id"])
        note = str(facts.get("note") or (reason.name if reason.needs_note else ""))
        lose_lead(lead=lead, reason=reason, actor=actor, now=now, note=note, closed_at=at)
        return True
    if event["kind"] == Kind.WON:
        told = event.get("amount") if event.get("amount") is not None else facts.get("amount")
        amount = None if told is None else round(Decimal(str(told)), 2)
        win_lead(lead=lead, amount=amount, actor=actor, now=now, closed_at=at)
        return True
    return event["kind"] == Kind.STAGE and _enter(lead, event, stages, actor, now)


def _enter(
    lead: Lead, event: Mapping[str, Any], stages: StageColumns, actor: User | None, now: datetime
) -> bool:
    key = event["stage"]
    if key not in stages.keys:
        return False
    # The lead may run on another process than the one that the import enters, or on an older version.
    stage = Stage.objects.filter(version=lead.version_id, key=key).first()
    # The win enters the last stage itself. A stage at or before the present one is already known.
    if stage is None or stage.won or stage.position <= lead.stage.position:
        return False
    move_stage(
        lead=lead, stage=stage, actor=actor, now=now, reason="import", occurred_at=event["occurred_at"]
    )
    return True
