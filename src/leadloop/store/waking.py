"""Ask the worker for a refresh, without loading the queue before it is needed."""

from __future__ import annotations

import time

_PAUSE = 2.0
_last = 0.0


def wake_worker() -> None:
    """Queue a refresh, at most one every two seconds from this process."""
    global _last
    if time.monotonic() - _last < _PAUSE:
        return
    _last = time.monotonic()
    from leadloop.store.tasks import bring_up_to_date

    bring_up_to_date()
