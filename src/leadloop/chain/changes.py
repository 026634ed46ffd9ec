"""Whoever has to do something when a decision chain changes says so here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Changed = Callable[[int, datetime], None]
"""The lead whose chain has changed, and now; called inside the transaction of the change."""

_told: list[Changed] = []


def subscribe(changed: Changed) -> None:
    """Called from ``AppConfig.ready``."""
    if changed not in _told:
        _told.append(changed)


def tell(lead_id: int, now: datetime) -> None:
    for changed in _told:
        changed(lead_id, now)
