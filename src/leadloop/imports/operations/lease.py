"""Which worker is at an import: a name and a time limit on its row."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Q

from leadloop.imports.models import UNFINISHED, Import, Status

LEASE = timedelta(seconds=90)


class LostLease(RuntimeError):
    """Another worker has taken the import over, or it was cancelled: stop without a trace."""


def new_worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def claim(import_id: int, worker: str, now: datetime) -> Import | None:
    """The import, if nobody else is at it."""
    free = Import.objects.filter(_free(now), pk=import_id)
    lease = {"worker": worker, "lease_until": now + LEASE}
    if free.filter(status=Status.UNDOING).update(**lease):
        return Import.objects.select_related("actor").get(pk=import_id)
    if not free.filter(status__in=[Status.WAITING, Status.RUNNING]).update(status=Status.RUNNING, **lease):
        return None
    # Fixed once: everything that the import writes carries this moment, after a restart too.
    Import.objects.filter(pk=import_id, started_at=None).update(started_at=now)
    return Import.objects.select_related("actor").get(pk=import_id)


def waiting(now: datetime) -> list[int]:
    """The imports that wait for a worker and that nobody is at, oldest first."""
    rows = Import.objects.filter(_free(now), status__in=UNFINISHED).order_by("id")
    return list(rows.values_list("pk", flat=True))


def release(import_id: int, worker: str) -> None:
    Import.objects.filter(pk=import_id, worker=worker).update(worker="", lease_until=None)


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now) | Q(worker__in=_dead_workers())


def _dead_workers() -> list[str]:
    """Workers of this machine whose process is gone: their leases need not run out first."""
    here = Import.objects.filter(worker__startswith=f"{socket.gethostname()}:", status__in=UNFINISHED)
    return [worker for worker in here.values_list("worker", flat=True) if not _alive(worker)]


def _alive(worker: str) -> bool:
    pid = int(worker.rsplit(":", 2)[1])
    if os.name == "nt":
        # Signal 0 would end the process there. The lease runs out by itself.
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
