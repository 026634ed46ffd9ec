"""Whether this process is to end: long jobs look between two steps and leave the rest for later."""

from __future__ import annotations

import threading

_asked = threading.Event()


def follow(event: threading.Event) -> None:
    """Take the flag of whoever handles this process's signals as ours."""
    global _asked
    _asked = event


def asked() -> bool:
    return _asked.is_set()
