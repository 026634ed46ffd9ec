"""Compute the clocks of one lead, as a reaction, or of many at once. Inside the caller's transaction.

Rows are locked before the journal is read: whoever writes a lead's journal meanwhile waits at the row of its
clocks and puts down what it knows afterwards, so that nobody's older knowledge stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from leadloop.analysis.tables import Kind
from leadloop.clocks import rules
from leadloop.clocks.models import FirstResponse, Timing
from leadloop.clocks.planned import planned_of, tell
from leadloop.clocks.queries.basis import Basis, basis
from leadloop.clocks.queries.history import happened, histories_of
from leadloop.clocks.rules import History, Plan, Standing
from leadloop.journal.events import NewEvent
from leadloop.leads.models import COUNTED, Lead, State

CHUNK = 5_000
"""Leads a transaction: about a fifth of a second on SQLite, where other writers wait for it."""

COLUMNS = tuple(one.name for one in fields(Plan))
_AT_START = "_told_to_clocks"
_RESPONSE = ("owner_id", "team_id", "since", "due_at", "ended_at", "followed", "decided_at")


def keep_first_rows(lead: Lead, events: Sequence[NewEvent]) -> None:
    """Reaction before all others: a lead just registered has no journal but what is written now."""
    if events and events[0].kind == Kind.REGISTERED:
        lead.__dict__[_AT_START] = list(events)
    elif (told := lead.__dict__.get(_AT_START)) is not None:
        told += events


def react(lead: Lead, events: Sequence[NewEvent]) -> None:
    """Reaction after grading and assignment: the lead is as it stays.

    Of a new lead the assignment may have called it already, for the rows that it wrote itself.
    """
    told = lead.__dict__.get(_AT_START)
    if events and events[0].kind == Kind.REGISTERED:
        lead.__dict__.pop(_AT_START, None)
        if told is not None and len(told) > len(events):
            return
    if told is not None:
        _write_new(lead, rules.fold(happened(told)))
    elif any(_matters(event) for event in events):
        recompute(lead=lead)


def _matters(event: NewEvent) -> bool:
    return event.kind in rules.TIMED or (event.kind == Kind.EDITED and "grade" in event.data)


def _write_new(lead: Lead, history: History) -> None:
    """Nothing to read and nothing to replace: the lead is of this transaction."""
    now = basis()
    limits, times = now.limits_of(lead.process_id), now.times_of(lead.team_id)
    planned = rules.plan(history, standing_of(lead, None), limits, times)
    _put_timing(lead.pk, planned, now)
    _put_responses(lead.pk, rows_of(history, limits, times), now, known={})


_waiting: ContextVar[dict[int, Lead] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Inside, nothing is computed: at the end each lead once, however many operations asked for it.

    For an operation that is made of others, inside its transaction: logging a follow-up reports the contact,
    ends an action and plans the next. The lead of the first who asks is the one that is looked at.
    """
    if _waiting.get() is not None:
        yield
        return
    waiting: dict[int, Lead] = {}
    reset = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(reset)
    for lead in waiting.values():
        recompute(lead=lead)


def recompute(*, lead: Lead) -> None:
    """The clocks of one lead, from its journal, as the lead stands."""
    if (waiting := _waiting.get()) is not None:
        waiting.setdefault(lead.pk, lead)
        return
    tell(lead.pk)
    if lead.state not in COUNTED:
        Timing.objects.filter(pk=lead.pk).delete()
        FirstResponse.objects.filter(lead_id=lead.pk).delete()
        return
    now = basis()
    limits, times = now.limits_of(lead.process_id), now.times_of(lead.team_id)
    history = histories_of([lead.pk])[lead.pk]
    if lead.state == State.OPEN:
        planned = rules.plan(history, standing_of(lead, planned_of([lead.pk]).get(lead.pk)), limits, times)
        _put_timing(lead.pk, planned, now)
    else:
        Timing.objects.filter(pk=lead.pk).delete()
        history.end(lead.closed_at or lead.changed_at)
    wanted = rows_of(history, limits, times)
    rows = FirstResponse.objects.filter(lead_id=lead.pk)
    known = {row[2]: row for row in rows.values_list(*_RESPONSE)} if wanted or _is_old(history) else {}
    _put_responses(lead.pk, wanted, now, known)


def _is_old(history: History) -> bool:
    """Whether there may be rows that are no more wanted."""
    return bool(history.contacts)


def standing_of(lead: Lead, planned_at: datetime | None) -> Standing:
    return Standing(lead.state == State.OPEN, lead.owner_id, lead.grade, planned_at)


def rows_of(history: History, limits: Any, times: Any) -> list[tuple[Any, ...]]:
    """Rows of ``FirstResponse`` in the order of :data:`_RESPONSE`."""
    if limits.first_due is None:
        return []
    found = []
    for one in history.responses:
        due = limits.first_due.due(times, one.since)
        decided = rules.decided_at(one, due)
        found.append((one.owner_id, one.team_id, one.since, due, one.ended_at, one.followed, decided))
    return found


def _put_timing(lead_id: int, planned: Plan, now: Basis) -> None:
    values = {name: getattr(planned, name) for name in COLUMNS}
    row = Timing(lead_id=lead_id, basis=now.number, **values)
    Timing.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["lead"], update_fields=["basis", *COLUMNS]
    )


def _put_responses(
    lead_id: int, wanted: list[tuple[Any, ...]], now: Basis, known: dict[datetime, tuple[Any, ...]]
) -> None:
    if gone := known.keys() - {row[2] for row in wanted}:
        FirstResponse.objects.filter(lead_id=lead_id, since__in=gone).delete()
    changed = [row for row in wanted if known.get(row[2]) != row]
    if not changed:
        return
    rows = [
        FirstResponse(lead_id=lead_id, basis=now.first_number, **dict(zip(_RESPONSE, row, strict=True)))
        for row in changed
    ]
    FirstResponse.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["lead", "since"],
        update_fields=["basis", *(name for name in _RESPONSE if name != "since")],
    )


def recompute_many(lead_ids: Iterable[int], *, now: Basis | None = None) -> int:
    """The clocks of any number of leads, by columns, a chunk a transaction; how many leads have any.

    For whoever writes the journal of many leads; :func:`follow_journal` finds them a minute later otherwise.
    """
    from leadloop.clocks.operations.storing import write_chunk  # loads NumPy and Arrow: not for pages

    by = now or basis()
    ids = sorted(set(lead_ids))
    written = 0
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            written += write_chunk(ids[start : start + CHUNK], by)
    return written


def locked(lead_ids: Sequence[int]) -> None:
    """Hold the rows of these leads until the transaction ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Thousands of ids as one parameter: as many would be read longer than the rows.
            cursor.execute(
                "SELECT 1 FROM clocks_timing WHERE lead_id = ANY(%s) ORDER BY lead_id FOR UPDATE",
                [list(lead_ids)],
            )
