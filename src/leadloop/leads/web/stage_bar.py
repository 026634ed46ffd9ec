"""The chevrons of a lead: which stages it was in, and for how many days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from leadloop.analysis.tables import Kind
from leadloop.journal.models import Event
from leadloop.leads.models import Lead, State
from leadloop.process.models import Stage

_PLACING = (Kind.REGISTERED, Kind.STAGE, Kind.REOPENED, Kind.LOST, Kind.WON)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    state: str
    """``done``, ``current``, ``lost``, ``won``, ``skipped`` or ``todo``."""
    days: float | None
    late: bool
    url: str
    """The form that moves the lead there; empty when that is not possible."""


def steps(lead: Lead, moment: datetime, *, movable: bool) -> tuple[Step, ...]:
    stages = list(Stage.objects.filter(version=lead.version_id))
    spent = _time_in_stages(lead, moment)
    return tuple(_step(lead, stage, spent.get(stage.pk), movable=movable) for stage in stages)


def _step(lead: Lead, stage: Stage, spent: timedelta | None, *, movable: bool) -> Step:
    here = stage.pk == lead.stage_id
    days = None if spent is None or stage.won else spent / timedelta(days=1)
    allowed = stage.expected_days if here and lead.state == State.OPEN else None
    return Step(
        name=stage.name,
        state=_state(lead, stage, visited=spent is not None),
        days=days,
        late=bool(allowed) and days is not None and days > (allowed or 0),
        url=_url(lead, stage) if movable and not here else "",
    )


def _state(lead: Lead, stage: Stage, *, visited: bool) -> str:
    if stage.pk == lead.stage_id:
        return {State.LOST: "lost", State.WON: "won"}.get(State(lead.state), "current")
    if stage.position > lead.stage.position:
        return "todo"
    return "done" if visited else "skipped"


def _url(lead: Lead, stage: Stage) -> str:
    if stage.won:
        return reverse("leads:win", args=[lead.number])
    return reverse("leads:move", args=[lead.number]) + f"?stage={stage.key}"


def _time_in_stages(lead: Lead, moment: datetime) -> dict[int, timedelta]:
    """Time in each stage over all visits, until the lead was closed or until now."""
    rows = Event.objects.filter(lead_id=lead.pk, kind__in=_PLACING).order_by("occurred_at", "id")
    return _spent(rows.values_list("kind", "stage_id", "occurred_at"), moment)


def _spent(rows: Iterable[tuple[str, int | None, datetime]], moment: datetime) -> dict[int, timedelta]:
    spent: dict[int, timedelta] = {}
    stage, since = None, moment
    for kind, entered, at in rows:
        if stage is not None:
            spent[stage] = spent.get(stage, timedelta()) + (at - since)
        closed = kind in {Kind.LOST, Kind.WON}
        stage, since = (None, at) if closed else (entered if entered is not None else stage, at)
        if kind == Kind.WON and entered is not None:
            spent.setdefault(entered, timedelta())
    if stage is not None:
        spent[stage] = spent.get(stage, timedelta()) + max(moment - since, timedelta())
    return spent
