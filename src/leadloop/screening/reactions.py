"""What keeps the findings up while people work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadloop.analysis.tables import Kind
from leadloop.customers.models import Contact, Customer
from leadloop.foundation import clock
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead
from leadloop.screening.operations import screen_lead, screen_many
from leadloop.screening.rules import FIELDS

_LOOK = frozenset(
    {
        Kind.REGISTERED,
        Kind.WON,
        Kind.LOST,
        Kind.REOPENED,
        Kind.INVALIDATED,
        Kind.VALIDATED,
        Kind.MERGED,
        Kind.UNMERGED,
        Kind.WITHDRAWN,
    }
)
_IN_JOURNAL = {"source": "channel", "customer_id": "customer"}
"""Names in journal rows that differ from ours."""

MOST_OF_ONE_CONTACT = 200
"""Leads of one person or company that are looked at at once; the nightly sweep sees to the rest."""


def after_events(lead: Lead, events: Sequence[NewEvent]) -> None:
    """Look at the lead again if what happened may have changed what is wrong with it."""
    if any(event.kind in _LOOK or _changed(event) & FIELDS.keys() for event in events):
        screen_lead(lead=lead, now=events[0].recorded_at, new=events[0].kind == Kind.REGISTERED)


def _changed(event: NewEvent) -> set[str]:
    if event.kind != Kind.EDITED:
        return set()
    silent = event.data.get("fields", ())
    names = {*event.data, *(silent if isinstance(silent, list | tuple) else ())}
    return {_IN_JOURNAL.get(name, name) for name in names}


def after_person(sender: type[Contact] | type[Customer], instance: Any, created: bool, **_: Any) -> None:
    """Mended at one lead, a contact is mended at all of them: they share it."""
    if created:
        return
    which = {"contact" if sender is Contact else "customer": instance}
    ids = Lead.objects.open().filter(**which).order_by("-id").values_list("id", flat=True)
    if found := list(ids[:MOST_OF_ONE_CONTACT]):
        screen_many(lead_ids=found, now=clock.now())
