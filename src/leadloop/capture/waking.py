"""Ask the worker to look into the inbox, once for many submissions."""

from __future__ import annotations

import logging
import threading
import time

logger = logging.getLogger(__name__)

_EVERY = 1.0
_lock = threading.Lock()
_last = 0.0


def look_into_inbox() -> None:
    """Called after the row is committed. The job starts a second later and so finds all until then;
    whoever comes within that second need not ask again."""
    global _last
    with _lock:
        if time.monotonic() - _last < _EVERY:
            return
        _last = time.monotonic()
    from leadloop.capture import tasks

    try:
        tasks.work_off.schedule(delay=_EVERY)
    except Exception:
        # The row is safe and the sweep of every minute finds it: the visitor is answered all the same.
        logger.exception("the worker could not be asked")
