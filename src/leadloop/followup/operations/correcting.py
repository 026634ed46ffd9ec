"""Correct a record. What it said before is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from leadloop.analysis.tables import Kind
from leadloop.followup.models import FollowUp, FollowUpVersion
from leadloop.followup.operations import writing
from leadloop.followup.operations.attaching import remove_rows
from leadloop.followup.permissions import require_edit
from leadloop.followup.rules import FollowUpFacts, check_facts
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.leads import rules
from leadloop.leads.events import event, write
from leadloop.leads.operations import correct_contact, hold
from leadloop.people.models import User

FIELD = "followup"
"""Name of the fact in journal rows; what was changed stays outside."""


@transaction.atomic
def edit(
    *,
    followup: FollowUp,
    facts: FollowUpFacts,
    actor: User | None,
    now: datetime,
    seen: int | None = None,
) -> FollowUp:
    """Write ``facts`` instead; ``attachments`` are all that stay. ``seen``: the version of the form.

    A corrected time goes into the journal: the contact is taken back at the one moment and written at the
    other, so that clocks and figures count it where it was. Who logged it, and when, stays.
    """
    require_edit(actor, followup)
    check_facts(facts)
    lead = followup.lead
    if facts.at is not None:
        rules.check_moment(facts.at, now=now, field="at", not_before=lead.captured_at)
    writing.script_of(facts)
    # The lead before its records, as everybody does: a corrected time writes to records of others, too.
    hold(lead)
    was = FollowUp.objects.get(pk=followup.pk)
    before = _values_of(was)
    people = writing.people_of(lead, facts, actor, before["contacts"])
    wanted = {
        **writing.columns_of(facts),
        "at": facts.at or was.at,
        "contacts": writing.ids_of(people),
        "attachments": sorted(facts.attachments),
    }
    if wanted == before:
        return was
    _swap(was, seen, wanted, lead, now)
    FollowUpVersion.objects.create(followup=was, number=was.version, values=_plain(before), by=actor, at=now)
    was.with_contacts.set(people)
    remove_rows(was.attachments.exclude(key__in=facts.attachments))
    writing.attach(was, facts.attachments, actor)
    if wanted["at"] != was.at:
        _move(was, wanted["at"], actor, now)
    else:
        write(lead, [event(lead, Kind.EDITED, actor=actor, now=now, data={"fields": [FIELD]})])
    was.refresh_from_db()
    return was


def _values_of(followup: FollowUp) -> dict[str, Any]:
    return {
        **{name: getattr(followup, name) for name in writing.COLUMNS},
        "at": followup.at,
        "contacts": writing.ids_of(followup.with_contacts.all()),
        "attachments": sorted(followup.attachments.values_list("key", flat=True)),
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "at": values["at"].isoformat()}


def _swap(was: FollowUp, seen: int | None, wanted: dict[str, Any], lead: Any, now: datetime) -> None:
    """Of two who correct the same version, one is told."""
    columns = {name: wanted[name] for name in (*writing.COLUMNS, "at")}
    columns["late"] = writing.is_late(lead, wanted["at"], was.logged_at)
    rows = FollowUp.objects.filter(pk=was.pk, version=was.version if seen is None else seen)
    if rows.update(version=F("version") + 1, **columns) != 1:
        raise Conflict(msg("Somebody else has changed this record meanwhile. Look at it again."))


def _move(was: FollowUp, at: datetime, actor: User | None, now: datetime) -> None:
    """Records of other contacts of the old moment get the numbers of their rows written anew."""
    numbers = correct_contact(lead=was.lead, event_id=was.event_id, at=at, actor=actor, now=now)
    for old, new in numbers.items():
        FollowUp.objects.filter(event_id=old).update(event_id=new)
