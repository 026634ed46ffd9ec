"""Campaigns. Leads name theirs in a text field, so that a renaming goes through the leads."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.leads.models import Channel, Lead
from leadloop.marketing.models import Campaign
from leadloop.marketing.operations.journalled import write_fact
from leadloop.marketing.permissions import require_manager
from leadloop.marketing.rules import check_days
from leadloop.people.models import User


@transaction.atomic
def create_campaign(
    *,
    name: str,
    channel: Channel | None,
    start: date,
    end: date,
    actor: User | None,
    now: datetime,
    note: str = "",
) -> Campaign:
    """``end`` is the day after the last."""
    require_manager(actor)
    check_days(start, end)
    name = _checked_name(name)
    return Campaign.objects.create(
        name=name, channel=channel, start=start, end=end, note=note.strip()[:200], changed_at=now
    )


@transaction.atomic
def change_campaign(
    *,
    campaign: Campaign,
    name: str,
    channel: Channel | None,
    start: date,
    end: date,
    actor: User | None,
    now: datetime,
    note: str = "",
) -> Campaign:
    """With another name, its leads name it by that; each of them says so in its history."""
    require_manager(actor)
    check_days(start, end)
    found = Campaign.objects.select_for_update().filter(pk=campaign.pk).first()
    if found is None:
        raise Conflict(msg("Somebody has removed this campaign meanwhile."))
    before, found.name = found.name, _checked_name(name, but=found)
    found.channel, found.start, found.end, found.note = channel, start, end, note.strip()[:200]
    found.changed_at = now
    found.save()
    if found.name != before:
        while write_fact(
            leads=Lead.objects.filter(campaign=before),
            columns={"campaign": found.name},
            data={"campaign": found.name},
            actor=actor,
            now=now,
        ):
            pass
    return found


@transaction.atomic
def remove_campaign(*, campaign: Campaign, actor: User | None, now: datetime) -> None:
    """Its leads keep the name as a text; what was spent on it must not vanish from the books."""
    require_manager(actor)
    if campaign.costs.exists():
        raise Conflict(msg("Costs were entered for this campaign. Remove them first."))
    campaign.delete()


def _checked_name(name: str, *, but: Campaign | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise DataError(msg("Name the campaign."), field="name")
    if len(name) > 120:
        raise DataError(msg("At most %(most)s characters.", most=120), field="name")
    same = Campaign.objects.filter(name__iexact=name)
    if but is not None:
        same = same.exclude(pk=but.pk)
    if taken := same.first():
        raise DataError(msg("There is already a campaign “%(name)s”.", name=taken.name), field="name")
    return name
