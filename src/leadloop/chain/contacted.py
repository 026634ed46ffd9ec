"""Who knows when a contact was last spoken with says so here, from ``AppConfig.ready``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

Contacted = Callable[[Collection[int]], Mapping[tuple[int, int], datetime]]
"""Leads -> when each contact of them was last spoken with: (lead, contact) -> moment."""

_asked: list[Contacted] = []


def contacted_with(contacted: Contacted) -> None:
    """Have ``contacted`` asked for last contacts. Called from ``AppConfig.ready``."""
    if contacted not in _asked:
        _asked.append(contacted)


def contacted(lead_ids: Collection[int]) -> dict[tuple[int, int], datetime]:
    """The latest that anybody knows."""
    latest: dict[tuple[int, int], datetime] = {}
    for ask in _asked:
        for pair, at in ask(lead_ids).items():
            latest[pair] = max(at, latest.get(pair, at))
    return latest
