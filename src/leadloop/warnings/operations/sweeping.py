"""Keep the stored warnings those that hold: by what came to the journal, and by the passing of time.

One function decides about a lead (:func:`leadloop.warnings.rules.holding`) and one writes what differs, so a
sweep that runs twice writes once. Time is followed by going through all open leads once an hour, a thousand a
transaction: what a killed worker has not done, the next one does, from where it was.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.analysis.tables import BY_CLOCK
from leadloop.foundation import stopping
from leadloop.journal import reader
from leadloop.journal.reader import COLUMNS, Mark
from leadloop.leads.models import Lead, State
from leadloop.warnings.models import Alert, Progress
from leadloop.warnings.operations.starting import KEY, start
from leadloop.warnings.operations.telling import tell_untold
from leadloop.warnings.queries.basis import Basis, basis
from leadloop.warnings.queries.facts import batched, difference
from leadloop.warnings.rules import Difference

CHUNK = 1_000
ROWS = 5_000
EVERY = timedelta(hours=1)
"""Between two passes through all leads: no rule is about less than a day."""
_LEAD, _KIND = COLUMNS.index("lead_id"), COLUMNS.index("kind")


@dataclass(frozen=True, slots=True)
class Swept:
    looked_at: int
    written: int
    told: int
    """Notices."""


def sweep(*, now: datetime) -> Swept:
    """May run as often as one likes, by several workers at once."""
    start()
    by = basis()
    looked, written = _follow(by, now)
    more, wrote = _pass(by, now)
    told = tell_untold(now=now) if Progress.objects.filter(pk=KEY, filled=True).exists() else 0
    return Swept(looked + more, written + wrote, told)


def look(ids: Collection[int], *, now: datetime, told: bool = False) -> int:
    """Make the warnings about these leads those that hold; how many rows were written.

    Looked at first and again under the write lock when something differs: mostly nothing does, and SQLite's
    other writers do not wait for that. ``told``: nobody hears of what begins.
    """
    by, written = basis(), 0
    for some in batched(sorted(set(ids)), CHUNK):
        # Where nothing is known yet everything differs.
        if told or difference(some, by, now):
            with transaction.atomic():
                written += _write(difference(some, by, now), now, told=told)
    return written


def _write(found: Difference, now: datetime, *, told: bool) -> int:
    """Of an occasion that is known, its row is open again, with what people said of it."""
    Alert.objects.filter(pk__in=found.end).update(ended_at=now)
    rows = [
        Alert(
            lead_id=lead,
            rule=hit.rule.value,
            anchor=hit.anchor,
            since=hit.since,
            facts=dict(hit.facts),
            noticed_at=now,
            told=told,
        )
        for lead, hit in found.begin
    ]
    Alert.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["lead", "rule", "anchor"],
        update_fields=["ended_at", "since", "facts"],
    )
    return len(found.end) + len(rows)


def _follow(by: Basis, now: datetime) -> tuple[int, int]:
    """Leads to which something happened. The mark moves on when they are done: none is forgotten."""
    looked = written = 0
    while not stopping.asked():
        mark = Progress.objects.values_list("mark", flat=True).get(pk=KEY)
        rows, new = reader.read_after(Mark.parse(mark), ROWS)
        if not rows:
            break
        ids = {row[_LEAD] for row in rows if row[_KIND] not in BY_CLOCK}
        looked, written = looked + len(ids), written + look(ids, now=now)
        Progress.objects.filter(pk=KEY, mark=mark).update(mark=str(new))
    return looked, written


def _pass(by: Basis, now: datetime) -> tuple[int, int]:
    """Through all leads, the newest first, when an hour is over or other rules hold."""
    progress = Progress.objects.get(pk=KEY)
    if progress.passing is None or progress.basis != by.number:
        if progress.basis == by.number and not _is_over(progress.passed_at, now):
            return 0, 0
        Progress.objects.filter(pk=KEY).update(passing=_beyond(), basis=by.number, passed_at=now)
    looked = written = 0
    while not stopping.asked() and (at := _place()) is not None:
        ids = _next(at)
        looked, written = looked + len(ids), written + look(ids, now=now, told=not progress.filled)
        after = {"passing": ids[-1]} if ids else {"passing": None, "filled": True}
        Progress.objects.filter(pk=KEY, passing=at).update(**after)
    return looked, written


def _is_over(began: datetime | None, now: datetime) -> bool:
    return began is None or not began <= now < began + EVERY


def _place() -> int | None:
    return Progress.objects.values_list("passing", flat=True).get(pk=KEY)


def _beyond() -> int:
    return (Lead.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1


def _next(below: int) -> Sequence[int]:
    """Open leads, and closed ones about which a warning is open still."""
    open_leads = Lead.objects.filter(pk__lt=below, state=State.OPEN, owner__isnull=False).order_by("-pk")
    ids = list(open_leads.values_list("pk", flat=True)[:CHUNK])
    last = ids[-1] if len(ids) == CHUNK else 0
    stored = Alert.objects.filter(ended_at=None, lead__lt=below, lead__gte=last)
    return sorted({*ids, *stored.order_by().values_list("lead_id", flat=True).distinct()}, reverse=True)
