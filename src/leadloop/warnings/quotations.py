"""Who knows the versions of quotations says so here. Until somebody does, there are none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

Quoted = Callable[[Collection[int]], Mapping[int, Sequence[datetime]]]
"""Leads -> when versions of quotations were sent to each, in order; leads without one are left out."""

_quoted: Quoted | None = None


def quoted_with(quoted: Quoted) -> None:
    """Called from ``AppConfig.ready`` by the package of quotations."""
    global _quoted
    _quoted = quoted


def quoted(lead_ids: Collection[int]) -> Mapping[int, Sequence[datetime]]:
    return {} if _quoted is None else _quoted(lead_ids)


def known() -> bool:
    """Whether anybody knows quotations; the page of warnings says so."""
    return _quoted is not None
