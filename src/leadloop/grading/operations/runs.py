"""Grade all open leads of a process anew, in chunks that a killed worker loses nothing of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leadloop.foundation import stopping
from leadloop.grading.facts import policy_data
from leadloop.grading.models import Run
from leadloop.grading.operations.grading import CHUNK, grade_chunk
from leadloop.leads.models import Lead, State
from leadloop.process.models import Process, Version
from leadloop.process.queries import current_version, processes

KEPT = timedelta(days=60)
SILENT = timedelta(minutes=2)
"""A worker that said nothing for so long is gone."""
Clock = Callable[[], datetime]


def start_night(*, now: datetime) -> list[Run]:
    """One run a process and day, because time has passed. Asking again starts none."""
    Run.objects.filter(finished_at__lt=now - KEPT, day__isnull=False).delete()
    today = timezone.localdate(now)
    return [
        Run.objects.get_or_create(
            process=process, day=today, defaults={"version": current_version(process), "started_at": now}
        )[0]
        for process in processes()
    ]


def start_where_rules_changed(*, now: datetime) -> list[Run]:
    """A run for every process whose grading rules are others than those of its last run."""
    found = []
    for process in processes():
        version = current_version(process)
        if _is_new(process, version):
            found.append(start_after_publishing(version=version, now=now))
    return found


def start_after_publishing(*, version: Version, now: datetime) -> Run:
    return Run.objects.get_or_create(
        process_id=version.process_id, version=version, day=None, defaults={"started_at": now}
    )[0]


def _is_new(process: Process, version: Version) -> bool:
    last = Run.objects.filter(process=process).select_related("version").order_by("-version__number").first()
    return last is None or (
        last.version_id != version.pk and policy_data(last.version) != policy_data(version)
    )


def unfinished(*, now: datetime) -> list[int]:
    """Runs that nobody is at."""
    idle = Run.objects.filter(finished_at=None).exclude(busy_until__gt=now)
    return list(idle.order_by("pk").values_list("pk", flat=True))


def work(*, run_id: int, clock: Clock) -> Run | None:
    """Go on with a run until it is done or the process is to stop. Two workers take turns, chunk by chunk."""
    while not stopping.asked():
        run = _chunk(run_id, clock())
        if run is None or run.finished_at is not None:
            return run
    return None


@transaction.atomic
def _chunk(run_id: int, now: datetime) -> Run | None:
    """The leads behind the mark, and the mark, in one transaction."""
    run = Run.objects.select_for_update(of=("self",)).select_related("process").filter(pk=run_id).first()
    if run is None or run.finished_at is not None:
        return run
    leads = Lead.objects.filter(process=run.process_id, state=State.OPEN, pk__gt=run.after)
    ids = list(leads.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if not ids:
        run.finished_at = now
        run.save(update_fields=["finished_at"])
        return run
    outcome = grade_chunk(ids, process=run.process, now=now)
    Run.objects.filter(pk=run.pk).update(
        after=ids[-1],
        done=F("done") + len(ids),
        changed=F("changed") + len(outcome.grades),
        busy_until=now + SILENT,
    )
    return run
