"""Why a lead went where it went."""

from __future__ import annotations

from collections.abc import Mapping

from leadloop.assignment.models import Decision
from leadloop.assignment.wording import explained
from leadloop.foundation.messages import Message
from leadloop.leads.models import Lead


def reasons_of(lead: Lead) -> Mapping[int, Message]:
    """Journal row -> the words about its decision."""
    rows = Decision.objects.filter(lead=lead, event_id__isnull=False).values_list("event_id", "why")
    return {event: explained(why) for event, why in rows if event is not None}
