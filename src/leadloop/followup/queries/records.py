from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Max, Prefetch, QuerySet

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.customers.models import Contact
from leadloop.followup.models import Attachment, FollowUp, FollowUpVersion, Mood
from leadloop.followup.permissions import may_read
from leadloop.foundation.errors import NotFound
from leadloop.foundation.messages import msg
from leadloop.leads import queries as leads
from leadloop.leads.models import Lead
from leadloop.people.models import User

WITH = ("by", "script_version__script")


def of_lead(lead: Lead) -> QuerySet[FollowUp]:
    """All of a lead, the newest first, for whoever may see the lead. Words, people and files are for those
    only who read its contacts.
    """
    return _whole(FollowUp.objects.filter(lead=lead))


def _whole(records: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    people = Prefetch("with_contacts", Contact.objects.order_by("pk"))
    files = Prefetch("attachments", Attachment.objects.order_by("pk"))
    return records.select_related(*WITH).prefetch_related(people, files)


def get(user: User, pk: int) -> FollowUp:
    """A record of a lead that this person sees."""
    found = _whole(FollowUp.objects.filter(pk=pk).select_related("completes")).first()
    lead = None if found is None else leads.visible(user).filter(pk=found.lead_id).first()
    if found is None or lead is None:
        raise NotFound(msg("There is no such record."))
    found.lead = lead
    return found


def versions_of(followup: FollowUp) -> list[FollowUpVersion]:
    """What it said before, the newest of those first."""
    return list(FollowUpVersion.objects.filter(followup=followup).select_related("by"))


def attachment_of(user: User, key: str) -> Attachment:
    """A file of a record of a lead whose contacts this person reads; one not saved yet is its uploader's."""
    found = Attachment.objects.filter(key=key).first()
    lead = None if found is None else leads.visible(user).filter(pk=found.lead_id).first()
    if found is None or lead is None or not may_read(user, lead):
        raise NotFound(msg("There is no such file."))
    if found.followup_id is None and found.uploaded_by_id != user.pk:
        raise NotFound(msg("There is no such file."))
    return found


def waiting_of(user: User, lead: Lead, keys: Collection[str]) -> list[Attachment]:
    """Those of ``keys`` that this person has uploaded for a record of this lead that is not saved yet."""
    mine = Attachment.objects.filter(lead=lead, uploaded_by=user, followup=None, key__in=list(keys))
    return list(mine.order_by("pk"))


def last_of(lead_ids: Collection[int]) -> dict[int, FollowUp]:
    """Of each lead its latest record; leads without one are left out."""
    found: dict[int, FollowUp] = {}
    rows = FollowUp.objects.filter(lead__id__among=lead_ids).select_related(*WITH)
    for record in rows.order_by("lead", "-at", "-id"):
        found.setdefault(record.lead_id, record)
    return found


def last_contacts(lead_ids: Collection[int]) -> dict[tuple[int, int], datetime]:
    """(lead, contact) -> when they were last spoken with: calling somebody who does not answer is no talk."""
    through = FollowUp.with_contacts.through
    rows = through.objects.filter(followup__lead__id__among=lead_ids).exclude(followup__mood=Mood.SILENT)
    return {
        (lead_id, contact_id): at
        for lead_id, contact_id, at in rows.order_by()
        .values_list("followup__lead", "contact")
        .annotate(Max("followup__at"))
    }
