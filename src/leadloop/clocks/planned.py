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


Followed = Callable[[int], None]
_followers: list[Followed] = []


def follow_with(followed: Followed) -> None:
    """Have ``followed`` called with a lead, inside the transaction, when an operation has its clocks computed
    anew: something happened to it, or another action is the next one. Called from ``AppConfig.ready``.
    """
    if followed not in _followers:
        _followers.append(followed)


def tell(lead_id: int) -> None:
    for followed in _followers:
        followed(lead_id)
