"""Keep all clocks true: whatever came to the journal, by whatever door, and whatever policy and calendar say.

One operation does not need this: its reaction has computed the lead already. Imports, undone imports and the
night's grades write by thousands; they are found here, by what they wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext

from django.db import IntegrityError, transaction
from django.db.models import Q

from leadloop.analysis.tables import Kind
from leadloop.clocks import rules
from leadloop.clocks.models import FirstResponse, Progress, Timing
from leadloop.clocks.operations.recomputing import CHUNK
from leadloop.clocks.queries.basis import Basis, basis
from leadloop.foundation import stopping
from leadloop.foundation.bulk import many_writes
from leadloop.journal import reader
from leadloop.journal.reader import COLUMNS, Mark, Row
from leadloop.leads.models import Lead

Step = Callable[[Basis], int | None]
"""One chunk of work; None: nothing is left."""

_KEY = "journal"
_LEAD, _KIND, _DATA = (COLUMNS.index(name) for name in ("lead_id", "kind", "data"))
_READ = frozenset(rules.TIMED) - frozenset(rules.KIND_OF.values())


def follow() -> int:
    """Bring every clock up to date; gives how many leads were computed. Stops when the process is to end."""
    by = basis()
    return sum(_all_of(step, by) for step in (_fill, _catch_up, _renew))


def _all_of(step: Step, by: Basis) -> int:
    done = _attempt(step, by)
    if done is None or stopping.asked():
        return done or 0
    # A full chunk at once is an import, or new limits for everybody: there is much to come.
    with many_writes() if done >= CHUNK else nullcontext():
        computed = done
        while not stopping.asked() and (done := _attempt(step, by)) is not None:
            computed += done
    return computed


def _attempt(step: Step, by: Basis) -> int | None:
    """One chunk, one transaction; again when somebody wrote first clocks of one of its leads meanwhile."""
    for attempt in (1, 2, 3):
        try:
            with transaction.atomic():
                return step(by)
        except IntegrityError:
            if attempt == 3:
                raise
    return None


def _progress() -> Progress:
    """The row, held until the transaction ends: one worker at a time goes on from it."""
    rows = Progress.objects.select_for_update()
    found = rows.filter(pk=_KEY).first()
    if found is None:
        Progress.objects.get_or_create(pk=_KEY, defaults={"mark": str(reader.latest())})
        found = rows.get(pk=_KEY)
    return found


def _fill(by: Basis) -> int | None:
    """The clocks of leads that were here before the clocks were."""
    progress = _progress()
    if progress.filled:
        return None
    rows = Lead.objects.filter(pk__gt=progress.filled_to).order_by("pk")
    ids = list(rows.values_list("pk", flat=True)[:CHUNK])
    progress.filled, progress.filled_to = not ids, ids[-1] if ids else progress.filled_to
    progress.save()
    return _write(ids, by)


def _catch_up(by: Basis) -> int | None:
    progress = _progress()
    rows, mark = reader.read_after(Mark.parse(progress.mark), CHUNK)
    if not rows:
        return None
    progress.mark = str(mark)
    progress.save()
    return _write(sorted({row[_LEAD] for row in rows if _matters(row)}), by)


def _matters(row: Row) -> bool:
    return row[_KIND] in _READ or (row[_KIND] == Kind.EDITED and "grade" in row[_DATA])


def _renew(by: Basis) -> int | None:
    """Clocks that were computed by limits or calendars that hold no more."""
    ids = list(Timing.objects.filter(_other_than(by.number)).values_list("pk", flat=True)[:CHUNK])
    if not ids:
        closed = FirstResponse.objects.filter(_other_than(by.first_number))
        ids = sorted(set(closed.values_list("lead_id", flat=True)[:CHUNK]))
    return _write(ids, by) if ids else None


def _other_than(number: int) -> Q:
    """As two ranges, which an index answers; “is not” would read the whole table."""
    return Q(basis__lt=number) | Q(basis__gt=number)


def _write(ids: Sequence[int], by: Basis) -> int:
    from leadloop.clocks.operations.storing import write_chunk  # loads NumPy and Arrow: not for pages

    return write_chunk(ids, by) if ids else 0
