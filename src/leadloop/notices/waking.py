"""Ask the worker to send what is due, once for many that are told at the same time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

EVERY = 1.0
_lock = threading.Lock()
_last = -EVERY


def _nobody() -> None:
    """Until the application is ready: the sweep of every minute finds the rows."""


_wake: Callable[[], None] = _nobody


def provide(wake: Callable[[], None]) -> None:
    """Who knows the jobs says how the worker is asked. From ``AppConfig.ready``."""
    global _wake
    _wake = wake


def look_at_deliveries() -> None:
    """Called after the rows are committed. The job starts a second later and so finds all until then."""
    global _last
    with _lock:
        if time.monotonic() - _last < EVERY:
            return
        _last = time.monotonic()
    try:
        _wake()
    except Exception:
        # The rows are safe: whoever told something is not to fail because of the queue.
        logger.exception("the worker could not be asked")
