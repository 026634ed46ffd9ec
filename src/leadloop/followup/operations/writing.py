"""What logging and correcting a record share: people, script, files, and whether it came late."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from leadloop.clocks.queries import logging_due
from leadloop.clocks.queries.basis import basis
from leadloop.customers.models import Contact
from leadloop.followup.models import Attachment, FollowUp
from leadloop.followup.rules import FollowUpFacts
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.leads.models import Lead
from leadloop.leads.permissions import readable_contacts
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.playbook.models import ScriptVersion

MOST_FILES = 10

COLUMNS = (
    "way",
    "mood",
    "feedback",
    "pains",
    "touched_need",
    "touched_solution",
    "touched_objection",
    "script_version_id",
)
"""What a person may correct beside the time and the people."""


def columns_of(facts: FollowUpFacts) -> dict[str, Any]:
    values = (
        facts.way,
        facts.mood,
        facts.feedback.strip(),
        facts.pains.strip(),
        facts.need,
        facts.solution,
        facts.objection,
        facts.script_version,
    )
    return dict(zip(COLUMNS, values, strict=True))


def people_of(
    lead: Lead, facts: FollowUpFacts, actor: User | None, named: Collection[int] = ()
) -> list[Contact]:
    """People of the lead's customer whom the actor may know of: nobody finds out names by numbers.

    ``named``: those whom the record names already; they stay, though the customer was merged or changed.
    """
    if not facts.contacts:
        return []
    known = Contact.objects.filter(customer=lead.customer_id)
    if actor is not None:
        known = readable_contacts(lead.customer_id, visibility_of(actor))
    known |= Contact.objects.filter(pk__in=named)
    found = list(known.filter(pk__in=facts.contacts).distinct())
    if len(found) != len(set(facts.contacts)):
        raise DataError(msg("This is no contact of the customer."), field="contacts")
    return found


def script_of(facts: FollowUpFacts) -> ScriptVersion | None:
    if facts.script_version is None:
        return None
    found = ScriptVersion.objects.filter(pk=facts.script_version, published_at__isnull=False).first()
    if found is None:
        raise DataError(msg("There is no such script."), field="script")
    return found


def attach(followup: FollowUp, keys: Sequence[str], actor: User | None) -> None:
    """Make uploaded files part of the record: those of this lead that the actor uploaded."""
    wanted = set(keys)
    if wanted:
        wanted -= set(followup.attachments.values_list("key", flat=True))
    if not wanted:
        return
    check_number(len(set(keys)))
    mine = Attachment.objects.filter(lead=followup.lead_id, followup=None, uploaded_by=actor, key__in=wanted)
    if mine.update(followup=followup) != len(wanted):
        raise DataError(msg("A file is not there any more. Attach it again."), field="files")


def check_number(files: int) -> None:
    if files > MOST_FILES:
        raise DataError(msg("At most %(most)s files.", most=MOST_FILES), field="files")


def is_late(lead: Lead, at: datetime, logged_at: datetime) -> bool:
    """Whether the team's working day of the contact was over; False where the policy does not ask."""
    if not basis().limits_of(lead.process_id).log_same_day:
        return False
    return logged_at > logging_due(team_id=lead.team_id, at=at)


def ids_of(contacts: Collection[Contact]) -> list[int]:
    return sorted(contact.pk for contact in contacts)
