"""Compare-and-swap: a lead changes only if it still is as the person saw it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from leadloop.foundation import rows
from leadloop.foundation.errors import Conflict, NotFound
from leadloop.foundation.messages import Message, msg
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.leads.wording import done_to

_COLUMNS = {
    name: field.attname for field in Lead._meta.concrete_fields for name in (field.name, field.attname)
}
_TICK = timedelta(microseconds=1)


def swap(lead: Lead, *, now: datetime, **changes: Any) -> None:
    """Write ``changes`` if nobody changed the lead since it was read; else :class:`Conflict`.

    ``changed_at`` grows with every swap, also when clocks of two machines differ, so that it
    tells any two states of a lead apart.
    """
    changes["changed_at"] = max(now, lead.changed_at + _TICK)
    columns = {_COLUMNS[name]: _key(value) for name, value in changes.items()}
    seen = {"state": lead.state, "stage_id": lead.stage_id, "changed_at": lead.changed_at}
    if rows.update(Lead, columns, id=lead.pk, **seen) != 1:
        raise faster(lead)
    for name, value in changes.items():
        setattr(lead, name, value)


def _key(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def check_seen(lead: Lead, seen: datetime | None) -> None:
    """``seen`` is the ``changed_at`` of the lead that the form was filled from."""
    if seen is not None and seen != lead.changed_at:
        raise faster(lead)


def faster(lead: Lead) -> Conflict | NotFound:
    """Who was faster, and what they did."""
    if not Lead.objects.filter(pk=lead.pk).exists():
        return NotFound(msg("There is no such lead."))
    last = Event.objects.filter(lead_id=lead.pk).select_related("actor").order_by("-id").first()
    if last is None:
        return Conflict(msg("Somebody else was faster. Look at the lead again."))
    who = str(last.actor) if last.actor else _the_program()
    return Conflict(
        msg(
            "Somebody else was faster: %(who)s – %(what)s. Look at the lead again.",
            who=who,
            what=done_to(last.kind),
        )
    )


def _the_program() -> Message:
    return msg("the program")
