"""Grade a lead when something happened to it, and many leads in chunks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from leadloop.analysis.tables import Kind
from leadloop.grading.models import Grading, Judgement
from leadloop.grading.operations.regrading import Outcome, regrade
from leadloop.grading.permissions import voice_of
from leadloop.grading.standing import MANAGER, Told
from leadloop.journal.events import NewEvent
from leadloop.journal.operations import OutsideTransaction
from leadloop.leads.models import Lead, State
from leadloop.people.models import User
from leadloop.process.models import Process

CHUNK = 1_000
"""Leads a transaction, as in imports: other writers on SQLite wait for it."""
MATTERS = frozenset({Kind.REGISTERED, Kind.EDITED, Kind.FOLLOWED_UP, Kind.REOPENED, Kind.VALIDATED})
_FIELD_OF = {"source": "channel"}


def grade_lead(
    *,
    lead: Lead,
    now: datetime,
    told: Told | None = None,
    touched: Collection[str] = (),
    fresh: bool = False,
) -> None:
    """Judge one lead by the rules as they hold now, inside the transaction that holds its row."""
    if not connection.in_atomic_block:
        raise OutsideTransaction("grade_lead() needs the transaction of the change it follows")
    before = lead.grade
    outcome = regrade(
        Lead.objects.filter(pk=lead.pk),
        process=lead.process,
        now=now,
        told=told,
        touched=touched,
        fresh=lead if fresh else None,
    )
    if told is not None:
        record(lead, told, before=before, now=now)
    lead.grade = outcome.grades.get(lead.pk, lead.grade)
    if lead.pk in outcome.changed:
        lead.changed_at = outcome.changed_at
    if lead.pk in outcome.tagged:
        getattr(lead, "_prefetched_objects_cache", {}).pop("tags", None)


def record(lead: Lead, told: Told, *, before: str, now: datetime, accepted: bool = False) -> Judgement:
    """Remember what a person said about the grade, beside what the rules said then."""
    column = "manager" if told.role == MANAGER else "rep"
    said: dict[str, Any] = {f"{column}_grade": told.grade, f"{column}_id": told.user_id, f"{column}_at": now}
    Grading.objects.filter(pk=lead.pk).update(**said)
    present = Grading.objects.filter(pk=lead.pk).values_list("rule_grade", "version_id").first()
    rule_grade, version_id = present or ("", None)
    return Judgement.objects.create(
        lead=lead,
        role=told.role,
        by_id=told.user_id,
        at=now,
        before=before,
        grade=told.grade,
        rule_grade=rule_grade,
        accepted=accepted,
        version_id=version_id,
    )


def follow(lead: Lead, events: Sequence[NewEvent]) -> None:
    """The reaction: whatever happened to a lead, its grade follows in the same transaction."""
    happened = [event for event in events if event.kind in MATTERS]
    if not happened:
        return
    told = _told(lead, happened)
    if lead.state != State.OPEN and told is None:
        return
    grade_lead(
        lead=lead,
        now=happened[-1].recorded_at,
        told=told,
        touched=_touched(happened),
        fresh=happened[0].kind == Kind.REGISTERED,
    )


def _told(lead: Lead, events: Iterable[NewEvent]) -> Told | None:
    """What a person wrote into the field of the grade. The program's own changes are not a person's word."""
    for event in events:
        if event.actor_id is None or "grade" not in event.data:
            continue
        grade = str(event.data["grade"] or "")
        if event.kind == Kind.EDITED or grade:
            user = User.objects.get(pk=event.actor_id)
            return Told(voice_of(user, lead), user.pk, grade)
    return None


def _touched(events: Iterable[NewEvent]) -> frozenset[str]:
    names: set[str] = set()
    for event in events:
        if event.kind == Kind.EDITED:
            silent = event.data.get("fields") or ()
            names |= {_FIELD_OF.get(name, name) for name in event.data} | set(silent)  # type: ignore[call-overload]
    return frozenset(names)


def grade_many(*, lead_ids: Iterable[int], now: datetime) -> int:
    """Grade these leads, a chunk a transaction; gives how many have another grade or tag now.

    Grades that a file or a person gave stay as they are.
    """
    ids = sorted(set(lead_ids))
    changed = 0
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        for process in Process.objects.filter(pk__in=_processes(chunk)):
            with transaction.atomic():
                changed += len(grade_chunk(chunk, process=process, now=now).changed)
    return changed


def _processes(lead_ids: list[int]) -> QuerySet[Lead, int]:
    leads = Lead.objects.filter(pk__among=lead_ids)
    return leads.order_by().values_list("process_id", flat=True).distinct()


def grade_chunk(lead_ids: Collection[int], *, process: Process, now: datetime) -> Outcome:
    """Open leads of one process, their rows held until the caller's transaction ends."""
    leads = Lead.objects.filter(pk__among=list(lead_ids), process=process.pk, state=State.OPEN)
    if connection.vendor == "postgresql":
        list(leads.order_by("pk").select_for_update().values_list("pk"))
    return regrade(leads, process=process, now=now)
