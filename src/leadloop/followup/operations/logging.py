"""Write down a contact with the customer: the one way, through every door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from leadloop.actions import operations as actions
from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned
from leadloop.clocks.operations import together
from leadloop.discovery.operations import answer_all
from leadloop.followup.models import FollowUp
from leadloop.followup.operations import writing
from leadloop.followup.rules import FollowUpFacts, check_facts
from leadloop.foundation import rows
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.leads import rules
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.leads.operations import report_contact
from leadloop.leads.permissions import require
from leadloop.people.kept import steady
from leadloop.people.models import User
from leadloop.playbook.operations import count_use

LONGEST_KEY = 64


@dataclass(frozen=True, slots=True)
class _Beside:
    """What is written together with the record."""

    plan: Planned | None
    completes: NextAction | None
    answers: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


def log(
    *,
    lead: Lead,
    facts: FollowUpFacts,
    actor: User | None,
    now: datetime,
    plan: Planned | None = None,
    completes: NextAction | None = None,
    answers: Mapping[str, str] | None = None,
    key: str = "",
) -> FollowUp:
    """Record, journal row, the action that this was, the next one, SPIN answers: together or not at all.

    Two people may log at once: both records are kept. ``key`` names one submission; the same again gives
    the record that it made. An action that somebody else has done meanwhile refuses nothing.
    """
    require(actor, Verb.FOLLOW_UP, lead)
    check_facts(facts)
    _check(lead, facts, completes, key, now)
    beside = _Beside(plan, completes, answers or {}, key)
    try:
        with transaction.atomic(), steady(), together():
            return _sent_before(lead, key, actor) or _log(lead, facts, actor, now, beside)
    except IntegrityError:
        # On PostgreSQL the twin of a double click commits between the question and the insertion.
        made = _sent_before(lead, key, actor)
        if made is None:
            raise
        return made


def _check(lead: Lead, facts: FollowUpFacts, completes: NextAction | None, key: str, now: datetime) -> None:
    if facts.at is not None:
        rules.check_moment(facts.at, now=now, field="at", not_before=lead.captured_at)
    if completes is not None and completes.lead_id != lead.pk:
        raise DataError(msg("This action belongs to another lead."), field="completes")
    if len(key) > LONGEST_KEY:
        raise DataError(msg("At most %(most)s characters.", most=LONGEST_KEY), field="key")


def _sent_before(lead: Lead, key: str, actor: User | None) -> FollowUp | None:
    return FollowUp.objects.filter(lead=lead, key=key, by=actor).first() if key else None


def _log(lead: Lead, facts: FollowUpFacts, actor: User | None, now: datetime, beside: _Beside) -> FollowUp:
    people, script = writing.people_of(lead, facts, actor), writing.script_of(facts)
    at = facts.at or now
    # Before all else: whoever writes about a lead waits at its row, so that nobody waits crosswise.
    event_id = report_contact(lead=lead, actor=actor, now=now, occurred_at=at)
    made = FollowUp(
        lead=lead,
        event_id=event_id,
        at=at,
        logged_at=now,
        by=actor,
        late=writing.is_late(lead, at, now),
        completes=_completed(beside.completes, actor, now),
        key=beside.key,
        **writing.columns_of(facts),
    )
    rows.insert(made)
    if people:
        made.with_contacts.add(*people)
    writing.attach(made, facts.attachments, actor)
    if script is not None:
        count_use(version=script, lead_id=lead.pk, actor=actor, now=now)
    if beside.answers:
        answer_all(lead=lead, answers=beside.answers, actor=actor, now=now, follow_up=made.pk)
    if beside.plan is not None:
        actions.plan(lead=lead, facts=beside.plan, actor=actor, now=now)
    return made


def _completed(action: NextAction | None, actor: User | None, now: datetime) -> NextAction | None:
    if action is None:
        return None
    try:
        actions.do(action=action, actor=actor, now=now)
    except Conflict:
        return None
    return action
