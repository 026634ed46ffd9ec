"""Who knows the planned next actions says so here; the package of follow-ups does, from ``AppConfig.ready``.

Whoever plans, postpones or ends an action of a lead calls :func:`leadloop.clocks.operations.recompute` for it
in the same transaction, unless a row of the journal does already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

Planned = Callable[[Collection[int]], Mapping[int, datetime]]
"""Leads -> when the next open action of each is planned; leads without one are left out."""


def _nothing(lead_ids: Collection[int]) -> Mapping[int, datetime]:
    return {}


_planned: Planned = _nothing


def planned_with(planned: Planned) -> None:
    global _planned
    _planned = planned


def planned_of(lead_ids: Collection[int]) -> Mapping[int, datetime]:
    return _planned(lead_ids)
