"""What tests of clocks have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadloop.clocks.models import FirstResponse, Timing
from leadloop.clocks.operations import recompute_many
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.notices.models import Notice
from leadloop.people.models import User
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process

CHINA = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: ZoneInfo = CHINA) -> datetime:
    """``"2026-06-15 10:00"`` on the clock of a place."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def shown(moment: datetime | None, zone: ZoneInfo = CHINA) -> str:
    return "" if moment is None else moment.astimezone(zone).isoformat(sep=" ", timespec="minutes")[:16]


def timing_of(lead: Lead) -> Timing:
    return Timing.objects.get(pk=lead.pk)


def first_due(lead: Lead) -> str:
    return shown(timing_of(lead).first_due_at)


def cadence_due(lead: Lead) -> str:
    return shown(timing_of(lead).cadence_due_at)


def policy(**changes: Mapping[str, Any]) -> None:
    publish_policies(process=default_process(), changes=changes, actor=None, now=at("2026-06-01 09:00"))


def ladder_of(lead: Lead) -> list[str]:
    """Steps in the journal, as ``clock step``, in order."""
    rows = Event.objects.filter(lead_id=lead.pk, kind__in=["reminded", "escalated", "proposed"]).order_by(
        "id"
    )
    return [f"{row.data['clock']} {row.data['step']}" for row in rows]


def told(user: User) -> list[str]:
    rows = Notice.objects.filter(user=user, kind__startswith="clock_").order_by("id")
    return [row.message["text"] for row in rows]


def stored() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """All stored clocks, without numbers that a second writing would draw anew."""
    responses = FirstResponse.objects.order_by("lead_id", "since").values()
    return (
        list(Timing.objects.order_by("pk").values()),
        [{name: value for name, value in row.items() if name != "id"} for row in responses],
    )


def check_recomputed() -> None:
    """What the reactions have stored is what computing everything by columns gives."""
    before = stored()
    recompute_many(Lead.objects.values_list("pk", flat=True))
    assert stored() == before
